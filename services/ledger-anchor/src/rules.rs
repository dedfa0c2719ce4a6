//! The rules: a pure function of state, agreed time and record, run by every node in the finalised order.
//!
//! | Family | Rules |
//! |---|---|
//! | [`network`] | attestations withdrawn |
//! | [`document`] | versions anchored, endorsed, replaced |
//! | [`grant`] | keys given and withdrawn |
//! | [`claim`] | parts of a total reserved, financed, settled, released |
//! | [`supervision`] | cases and accesses |
//! | [`anchor`] | digests notarised |
//! | [`certificate`] | certificates issued and revoked |
//!
//! A record that is refused leaves nothing but the use of its nonce. Signatures of authors and sponsors are checked
//! at admission, once a node; proofs are checked here, or before in parallel with their verdicts kept (see
//! [`proofs`]).

pub mod anchor;
pub mod certificate;
pub mod claim;
pub mod document;
pub mod grant;
pub mod network;
pub mod proofs;
pub mod supervision;

#[cfg(test)]
mod tests;

use kontor_ledger::{
    genesis::{Genesis, GenesisError},
    outcome::{Outcome, RefusalCode},
    record::{Body, Record, RecordId},
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

/// What a rule knows besides state and record.
pub struct BlockContext<'a> {
    /// The network.
    pub network: &'a Network,
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
    require(context.network.genesis.member(&record.sponsor).is_some(), RefusalCode::NotAMember)?;
    require(context.network.genesis.suites.contains(&record.unsigned.author.suite()), RefusalCode::SuiteNotAllowed)?;
    let case = Judged { context, id: *id, record };
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
        Body::AnchorNotarise { digest: _ } => anchor::notarise(&case),
        Body::NetworkCertificateIssue { certificate: terms } => certificate::issue(state, &case, terms),
        Body::NetworkCertificateRevoke { serial, reason, at } => {
            certificate::revoke(state, &case, serial, *reason, *at)
        }
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

    fn author(&self) -> &kontor_sealing::PublicKey {
        &self.record.unsigned.author
    }

    /// Refuses unless `key` authored the record.
    fn by(&self, key: &kontor_sealing::PublicKey) -> Result<(), Stop> {
        require(self.author() == key, RefusalCode::WrongAuthor)
    }
}
