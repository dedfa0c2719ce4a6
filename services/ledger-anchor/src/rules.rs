//! The rules: a pure function of state, agreed time and record, run by every node in the finalised order.
//!
//! | Family | Rules |
//! |---|---|
//! | [`network`] | attestations withdrawn |
//! | [`governance`] | changes decided by vote, keys rotated |
//! | [`members`], [`epochs`] | who takes part, who orders |
//! | [`document`] | versions anchored, endorsed, replaced |
//! | [`grant`] | keys given and withdrawn |
//! | [`claim`], [`appeal`] | parts of a total reserved, financed, settled, released; matches called wrong |
//! | [`receivable`] | what a buyer owes, issued, split, handed on, pledged, paid |
//! | [`supervision`] | cases, accesses and alerts |
//! | [`anchor`] | digests notarised |
//! | [`certificate`] | certificates issued and revoked |
//!
//! [`fingerprint`] and [`source`] hold what claims and receivables share; [`decision`] what others may decide about them.
//!
//! A record that is refused leaves nothing but the use of its nonce. Signatures of authors and sponsors are checked
//! at admission, once a node; proofs are checked here, or before in parallel with their verdicts kept (see
//! [`proofs`]).

pub mod anchor;
pub mod appeal;
pub mod certificate;
pub mod claim;
pub mod decision;
pub mod document;
pub mod epochs;
pub mod fingerprint;
mod governance;
pub mod grant;
pub mod members;
pub mod network;
pub mod proofs;
pub mod receivable;
pub mod source;
pub mod supervision;

#[cfg(test)]
pub(crate) mod tests;

use kontor_ledger::{
    genesis::{Genesis, GenesisError},
    governance::{Change, Settings},
    outcome::{Outcome, RefusalCode},
    record::{Body, FingerprintKind, Record, RecordId},
    time::Timestamp,
};
use kontor_sealing::{EscrowKey, Hash};

use crate::state::{Changes, Once, Overlay, State, StateError, UsedBy, commit, load, save};
use proofs::Verdicts;

/// The network that a node belongs to, with what follows from its genesis computed once.
#[derive(Debug)]
pub struct Network {
    /// The genesis.
    pub genesis: Genesis,
    /// Its hash, which is the network's id.
    pub id: Hash,
    /// The supervision key that capsules are made for.
    pub escrow: EscrowKey,
}

impl Network {
    /// The network of a genesis.
    ///
    /// # Errors
    /// [`GenesisError::Escrow`] if its supervision keys are none.
    pub fn new(genesis: Genesis) -> Result<Self, GenesisError> {
        let escrow = genesis.escrow.key().map_err(GenesisError::Escrow)?;
        Ok(Self { id: genesis.hash(), genesis, escrow })
    }
}

/// The latest version of the rules that this program knows. Earlier ones stay for the blocks that were judged by them.
///
/// | Version | Brought |
/// |---|---|
/// | 1 | everything but what follows |
/// | 2 | receivables, sources, near amounts, appeals, alerts, certificates, decisions about claims of members that cannot
/// act |
pub const RULES: u16 = 2;

/// What a rule knows besides state and record.
pub struct BlockContext<'a> {
    /// The network.
    pub network: &'a Network,
    /// The block's height.
    pub height: u64,
    /// The block's agreed time.
    pub timestamp: Timestamp,
    /// Verdicts on proofs that were checked before.
    pub verdicts: &'a dyn Verdicts,
}

/// Why a rule stops.
#[derive(Debug)]
pub enum Stop {
    /// The record is refused.
    Refused(RefusalCode),
    /// The state is damaged; no verdict can be given.
    Damaged(StateError),
}

impl From<RefusalCode> for Stop {
    fn from(code: RefusalCode) -> Self {
        Self::Refused(code)
    }
}

impl From<StateError> for Stop {
    fn from(error: StateError) -> Self {
        Self::Damaged(error)
    }
}

/// Refuses with `code` unless `holds`.
fn require(holds: bool, code: RefusalCode) -> Result<(), Stop> {
    if holds { Ok(()) } else { Err(Stop::Refused(code)) }
}

/// Judges `record` and, if it is accepted, changes `state`. `id` is the record's id, computed at admission.
///
/// # Errors
/// [`StateError`] if an object in the state is damaged; the node must stop.
pub fn apply(
    state: &mut impl State,
    context: &BlockContext<'_>,
    id: &RecordId,
    record: &Record,
) -> Result<Outcome, StateError> {
    let (outcome, changes) = judge(state, context, id, record)?;
    commit(state, changes);
    Ok(outcome)
}

/// Judges `record` and gives the changes instead of making them.
///
/// # Errors
/// As [`apply`].
pub fn judge(
    state: &impl State,
    context: &BlockContext<'_>,
    id: &RecordId,
    record: &Record,
) -> Result<(Outcome, Changes), StateError> {
    let once = Once::Nonce(record.unsigned.author, record.unsigned.nonce);
    if record.unsigned.network != context.network.id {
        return Ok((Outcome::Refused(RefusalCode::WrongNetwork), Changes::new()));
    }
    if load::<UsedBy>(state, &once)?.is_some() {
        return Ok((Outcome::Refused(RefusalCode::NonceUsed), Changes::new()));
    }
    let mut overlay = Overlay::new(state);
    let verdict = execute(&mut overlay, context, id, record);
    let (outcome, mut changed) = match verdict {
        Ok(()) => (Outcome::Accepted, overlay),
        Err(Stop::Refused(code)) => (Outcome::Refused(code), Overlay::new(state)),
        Err(Stop::Damaged(error)) => return Err(error),
    };
    save(&mut changed, &once, &UsedBy(*id));
    Ok((outcome, changed.into_changes()))
}

fn execute(state: &mut impl State, context: &BlockContext<'_>, id: &RecordId, record: &Record) -> Result<(), Stop> {
    let case = Judged { context, id: *id, record };
    members::sponsor(state, &case)?;
    let since = since(&record.unsigned.body);
    require(since == 1 || case.settings(state)?.rules >= since, RefusalCode::NotActiveYet)?;
    require(context.network.genesis.suites.contains(&record.unsigned.author.suite()), RefusalCode::SuiteNotAllowed)?;
    match &record.unsigned.body {
        Body::NetworkAttestationWithdraw { attestation } => network::withdraw(state, &case, attestation),
        Body::DocumentRegister { header, root, attachment, total } => {
            document::register(state, &case, header, &document::Sealed { root, attachment, total: total.as_ref() })
        }
        Body::DocumentAmend { header, root, attachment, total, headroom } => {
            let sealed = document::Sealed { root, attachment, total: total.as_ref() };
            document::amend(state, &case, header, &sealed, headroom.as_ref())
        }
        Body::DocumentEndorse { document, version, root, action } => {
            document::endorse(state, &case, document, *version, root, *action)
        }
        Body::DocumentSupersede { document, by } => document::supersede(state, &case, document, by),
        Body::GrantGive { grant } => grant::give(state, &case, grant),
        Body::GrantWithdraw { document, grant } => grant::withdraw(state, &case, document, grant),
        Body::ClaimReserve { claim } => claim::reserve(state, &case, claim),
        Body::ClaimFinance { claim } => claim::finance(state, &case, claim),
        Body::ClaimSettle { claim } => claim::settle(state, &case, claim),
        Body::ClaimRelease { claim } => claim::release(state, &case, claim),
        Body::SupervisionCaseOpen { case: terms, approvals } => supervision::open_case(state, &case, terms, approvals),
        Body::SupervisionAccess { access, approvals } => supervision::access(state, &case, access, approvals),
        Body::SupervisionCaseClose { case: closed } => supervision::close_case(state, &case, closed),
        Body::AnchorNotarise { digest: _ } => anchor::notarise(state, &case),
        Body::NetworkPropose { change, expires } => governance::propose(state, &case, change, *expires),
        Body::NetworkVote { proposal, approve } => governance::vote(state, &case, proposal, *approve),
        Body::NetworkKeyRotate { rotation } => governance::rotate(state, &case, rotation),
        Body::NetworkLeave => governance::leave(state, &case),
        Body::ReceivableIssue { issue } => receivable::issue(state, &case, issue),
        Body::ReceivableAcknowledge { receivable } => receivable::acknowledge(state, &case, receivable),
        Body::ReceivableSplit { receivable, children, proof } => {
            receivable::split(state, &case, receivable, children, proof)
        }
        Body::ReceivableTransfer { receivable, to } => receivable::transfer(state, &case, receivable, to),
        Body::ReceivableFinance { receivable, consent } => receivable::finance(state, &case, receivable, consent),
        Body::ReceivableSettle { receivable } => receivable::settle(state, &case, receivable),
        Body::ClaimAppeal { appeal } => appeal::appeal(state, &case, appeal),
        Body::SupervisionAlert { alert } => supervision::alert(state, &case, alert),
        Body::NetworkCertificateIssue { certificate: terms } => certificate::issue(state, &case, terms),
        Body::NetworkCertificateRevoke { serial, reason, at } => {
            certificate::revoke(state, &case, serial, *reason, *at)
        }
    }
}

/// The version of the rules that brought a record's kind. Nodes take no record of a later one, because members' older
/// programs could not read it.
pub fn since(body: &Body) -> u16 {
    match body {
        Body::ClaimReserve { claim } => {
            let near = claim.fingerprints.iter().any(|one| one.kind == FingerprintKind::NearAmount);
            if near || !claim.sources.is_empty() { 2 } else { 1 }
        }
        Body::NetworkPropose { change, .. } => match change {
            Change::ClaimReassign { .. } | Change::ClaimRelease { .. } | Change::PledgeReassign { .. } => 2,
            Change::MemberAdmit { .. }
            | Change::MemberSuspend { .. }
            | Change::MemberReinstate { .. }
            | Change::MemberRetire { .. }
            | Change::ValidatorChange { .. }
            | Change::Parameters { .. }
            | Change::Rules { .. } => 1,
        },
        Body::ReceivableIssue { .. }
        | Body::ReceivableAcknowledge { .. }
        | Body::ReceivableSplit { .. }
        | Body::ReceivableTransfer { .. }
        | Body::ReceivableFinance { .. }
        | Body::ReceivableSettle { .. }
        | Body::ClaimAppeal { .. }
        | Body::SupervisionAlert { .. }
        | Body::NetworkCertificateIssue { .. }
        | Body::NetworkCertificateRevoke { .. } => 2,
        Body::NetworkAttestationWithdraw { .. }
        | Body::DocumentRegister { .. }
        | Body::DocumentAmend { .. }
        | Body::DocumentEndorse { .. }
        | Body::DocumentSupersede { .. }
        | Body::GrantGive { .. }
        | Body::GrantWithdraw { .. }
        | Body::ClaimFinance { .. }
        | Body::ClaimSettle { .. }
        | Body::ClaimRelease { .. }
        | Body::SupervisionCaseOpen { .. }
        | Body::SupervisionAccess { .. }
        | Body::SupervisionCaseClose { .. }
        | Body::AnchorNotarise { .. }
        | Body::NetworkVote { .. }
        | Body::NetworkKeyRotate { .. }
        | Body::NetworkLeave => 1,
    }
}

/// The record before the rules, with what is known around it.
struct Judged<'a> {
    context: &'a BlockContext<'a>,
    id: RecordId,
    record: &'a Record,
}

impl Judged<'_> {
    fn genesis(&self) -> &Genesis {
        &self.context.network.genesis
    }

    fn network(&self) -> Hash {
        self.context.network.id
    }

    fn now(&self) -> Timestamp {
        self.context.timestamp
    }

    fn height(&self) -> u64 {
        self.context.height
    }

    /// Numbers and version of the rules.
    fn settings(&self, state: &impl State) -> Result<Settings, StateError> {
        members::settings(state, self.genesis(), self.height())
    }

    fn author(&self) -> &kontor_sealing::PublicKey {
        &self.record.unsigned.author
    }

    /// Refuses unless `key` authored the record.
    fn by(&self, key: &kontor_sealing::PublicKey) -> Result<(), Stop> {
        require(self.author() == key, RefusalCode::WrongAuthor)
    }
}
