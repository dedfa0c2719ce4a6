//! The proofs that a record owes, separated from the rules so that they can be checked before and in parallel.
//!
//! What a proof must show depends on the state (a version's root, the amounts of the live claims), so a verdict is
//! kept under the digest of statement, proof and context together: a verdict on other circumstances is never found.

use kontor_ledger::{
    context::{
        Anchored, amend_context, amount_context, claim_context, receivable_amount_context, receivable_issue_context,
        source_context, split_context, total_context,
    },
    encoding::to_cbor,
    object::{Claim, Document},
    outcome::RefusalCode,
    proving::WHOLE,
    receivable::{Child, Issue, MAX_CHILDREN, MAX_ROOTS, Receivable, conservation},
    record::{Body, ClaimId, Headroom, Record, Reservation, Total},
    source::{MAX_SOURCES, SourceClaim},
};
use kontor_proofs::{Context, Proof, Statement, verify, verify_batch};
use kontor_sealing::{
    Commitment, Hash, PublicKey,
    document::{DocumentHeader, DocumentId},
    escrow::{Capsule, EscrowKey},
};

use super::{BlockContext, Network, Stop};
use crate::state::{State, StateError, load};

/// One proof with what it must show.
#[derive(Debug, Clone)]
pub struct Obligation {
    /// The proof and its circumstances.
    pub owed: Owed,
    /// The refusal if it does not hold.
    pub refusal: RefusalCode,
}

/// What a record may owe.
#[derive(Debug, Clone)]
pub enum Owed {
    /// A statement over commitments.
    Statement {
        /// What is claimed.
        statement: Statement,
        /// What is to show it.
        proof: Proof,
        /// What it is bound to.
        context: Context,
    },
    /// That whoever made an escrow capsule made it for this document and version, and did not copy it.
    Capsule {
        /// The supervision key.
        escrow: EscrowKey,
        /// The document.
        document: DocumentId,
        /// The version.
        version: u32,
        /// Its capsule.
        capsule: Capsule,
    },
}

impl Obligation {
    /// The digest under which a verdict may be kept: it covers all that the verdict depends on.
    pub fn digest(&self) -> Hash {
        match &self.owed {
            Owed::Statement { statement, proof, context } => {
                Hash::sm3(&[b"kontor/v1/owed-statement", &to_cbor(&(statement, proof, context))])
            }
            Owed::Capsule { escrow, document, version, capsule } => {
                Hash::sm3(&[b"kontor/v1/owed-capsule", &to_cbor(&(document, version, capsule)), escrow.as_bytes()])
            }
        }
    }

    /// Checks the proof.
    pub fn holds(&self) -> bool {
        match &self.owed {
            Owed::Statement { statement, proof, context } => verify(statement, proof, context).is_ok(),
            Owed::Capsule { escrow, document, version, capsule } => capsule.verify(escrow, document, *version).is_ok(),
        }
    }

    /// As [`Self::holds`] for each of many, with statements checked together.
    pub fn hold(all: &[Self]) -> Vec<bool> {
        let statements = all.iter().filter_map(|one| match &one.owed {
            Owed::Statement { statement, proof, context } => Some((statement, proof, context)),
            Owed::Capsule { .. } => None,
        });
        let mut shown = verify_batch(&statements.collect::<Vec<_>>()).into_iter();
        let verdict = |one: &Self| match one.owed {
            Owed::Statement { .. } => shown.next().is_some_and(|verdict| verdict.is_ok()),
            Owed::Capsule { .. } => one.holds(),
        };
        all.iter().map(verdict).collect()
    }

    fn statement(statement: Statement, proof: &Proof, context: Context, refusal: RefusalCode) -> Self {
        Self { owed: Owed::Statement { statement, proof: proof.clone(), context }, refusal }
    }
}

/// Verdicts on obligations that were checked before, by [`Obligation::digest`].
pub trait Verdicts {
    /// Whether the proof held; `None` if nobody checked it yet.
    fn known(&self, digest: &Hash) -> Option<bool>;
}

/// No verdicts: everything is checked where it is judged.
#[derive(Debug, Clone, Copy, Default)]
pub struct CheckAll;

impl Verdicts for CheckAll {
    fn known(&self, _: &Hash) -> Option<bool> {
        None
    }
}

/// The proofs that the rules would check for `record` in `state`; empty where there are none or where the record
/// will be refused before they matter.
///
/// # Errors
/// [`StateError`] if an object in the state is damaged.
pub fn obligations(
    state: &impl State,
    context: &BlockContext<'_>,
    record: &Record,
) -> Result<Vec<Obligation>, StateError> {
    match &record.unsigned.body {
        Body::DocumentRegister { header, root, total, .. } => {
            let anchored = anchored(header, *root);
            let range = total.as_ref().map(|total| range_of_total(context.network.id, anchored, total));
            Ok([Some(capsule(context.network, header)), range].into_iter().flatten().collect())
        }
        Body::DocumentAmend { header, root, total, headroom, .. } => {
            let mut owed = vec![capsule(context.network, header)];
            let Some(total) = total else { return Ok(owed) };
            let anchored = anchored(header, *root);
            owed.push(range_of_total(context.network.id, anchored, total));
            if let Some(headroom) = headroom
                && let Some(live) = claims(state, &headroom.live)?
            {
                owed.extend(headroom_of_amendment(context.network.id, anchored, total, headroom, &live));
            }
            Ok(owed)
        }
        Body::ClaimReserve { claim } => {
            let document = load::<Document>(state, &claim.document)?;
            let Some((document, live)) = document.zip(claims(state, &claim.headroom.live)?) else {
                return Ok(Vec::new());
            };
            let (network, author) = (context.network.id, &record.unsigned.author);
            let owed = reservation(network, &document, claim, author, &live);
            let mut owed = owed.map(Vec::from).unwrap_or_default();
            for one in claim.sources.iter().take(MAX_SOURCES) {
                let behind = load::<Document>(state, &one.document)?;
                if let Some((behind, live)) = behind.zip(claims(state, &one.headroom.live)?) {
                    owed.extend(source(network, &document, &behind, claim, one, author, &live));
                }
            }
            Ok(owed)
        }
        Body::ReceivableIssue { issue: terms } => {
            if terms.headroom.live.len() > MAX_ROOTS {
                return Ok(Vec::new());
            }
            let document = load::<Document>(state, &terms.document)?;
            let issued = super::receivable::amounts(state, &terms.headroom.live)?;
            let Some((document, issued)) = document.zip(issued) else { return Ok(Vec::new()) };
            let owed = issue(context.network.id, &document, terms, &record.unsigned.author, &issued);
            Ok(owed.map(Vec::from).unwrap_or_default())
        }
        Body::ReceivableSplit { receivable, children, proof } => {
            let parent = load::<Receivable>(state, receivable)?.filter(|_| children.len() <= MAX_CHILDREN);
            Ok(parent.map(|parent| split(context.network.id, &parent, children, proof)).into_iter().collect())
        }
        _ => Ok(Vec::new()),
    }
}

/// Refuses unless the obligation's verdict is known to be good or the proof holds.
pub(super) fn check(context: &BlockContext<'_>, obligation: &Obligation) -> Result<(), Stop> {
    let holds = context.verdicts.known(&obligation.digest()).unwrap_or_else(|| obligation.holds());
    super::require(holds, obligation.refusal)
}

/// The capsule was made for this document and version.
pub(super) fn capsule(network: &Network, header: &DocumentHeader) -> Obligation {
    let DocumentHeader { document, version, capsule, .. } = *header;
    let owed = Owed::Capsule { escrow: network.escrow, document, version, capsule };
    Obligation { owed, refusal: RefusalCode::CapsuleInvalid }
}

/// A document's total lies in [0, 2^64).
pub(super) fn range_of_total(network: Hash, anchored: Anchored, total: &Total) -> Obligation {
    Obligation::statement(
        Statement::Range { value: total.commitment, bits: 64 },
        &total.range,
        total_context(network, anchored),
        RefusalCode::RangeProofInvalid,
    )
}

/// The amended total, at the highest rate of the live claims, still covers them; `None` if there are none.
pub(super) fn headroom_of_amendment(
    network: Hash,
    anchored: Anchored,
    total: &Total,
    headroom: &Headroom,
    live: &[Claim],
) -> Option<Obligation> {
    let advance_rate_bp = live.iter().map(|claim| claim.advance_rate).max()?;
    // The statement speaks of one claim beside others; the sum is the same whichever is named apart.
    let (last, others) = live.split_last()?;
    let (total, live) = (total.commitment, amounts(others));
    Some(Obligation::statement(
        Statement::OverFinancing { total, advance_rate_bp, live, new: last.amount },
        &headroom.proof,
        amend_context(network, anchored, &headroom.live),
        RefusalCode::HeadroomProofInvalid,
    ))
}

/// The claim's amount lies in [0, 2^64) and fits beside the live ones; `None` if the document has no total.
pub(super) fn reservation(
    network: Hash,
    document: &Document,
    claim: &Reservation,
    key: &PublicKey,
    live: &[Claim],
) -> Option<[Obligation; 2]> {
    let version = document.latest()?;
    let total = version.total?;
    let anchored = document.anchored(version);
    let (advance_rate_bp, new) = (claim.advance_rate, claim.amount);
    let range = Obligation::statement(
        Statement::Range { value: new, bits: 64 },
        &claim.range,
        amount_context(network, anchored, key),
        RefusalCode::RangeProofInvalid,
    );
    let headroom = Obligation::statement(
        Statement::OverFinancing { total, advance_rate_bp, live: amounts(live), new },
        &claim.headroom.proof,
        claim_context(network, anchored, key, &claim.headroom.live),
        RefusalCode::HeadroomProofInvalid,
    );
    Some([range, headroom])
}

/// The claim's amount fits in the total of a source beside the live claims that rest on it; `None` if either document
/// has no version or the source no total.
pub(super) fn source(
    network: Hash,
    claimed: &Document,
    behind: &Document,
    claim: &Reservation,
    source: &SourceClaim,
    key: &PublicKey,
    live: &[Claim],
) -> Option<Obligation> {
    let (claimed, version) = (claimed.anchored(claimed.latest()?), behind.latest()?);
    let total = version.total?;
    Some(Obligation::statement(
        Statement::OverFinancing { total, advance_rate_bp: claim.advance_rate, live: amounts(live), new: claim.amount },
        &source.headroom.proof,
        source_context(network, behind.anchored(version), claimed, key, &source.headroom.live),
        RefusalCode::HeadroomProofInvalid,
    ))
}

/// A receivable's amount lies in [0, 2^64) and fits in the document's whole total beside those issued before; `None`
/// if the document has no total.
pub(super) fn issue(
    network: Hash,
    document: &Document,
    terms: &Issue,
    issuer: &PublicKey,
    issued: &[Commitment],
) -> Option<[Obligation; 2]> {
    let version = document.latest()?;
    let total = version.total?;
    let anchored = document.anchored(version);
    let range = Obligation::statement(
        Statement::Range { value: terms.amount, bits: 64 },
        &terms.range,
        receivable_amount_context(network, anchored, issuer),
        RefusalCode::RangeProofInvalid,
    );
    let headroom = Obligation::statement(
        Statement::OverFinancing { total, advance_rate_bp: WHOLE, live: issued.to_vec(), new: terms.amount },
        &terms.headroom.proof,
        receivable_issue_context(network, anchored, issuer, &terms.headroom.live),
        RefusalCode::HeadroomProofInvalid,
    );
    Some([range, headroom])
}

/// The parts sum to their parent and none is negative.
pub(super) fn split(network: Hash, parent: &Receivable, children: &[Child], proof: &Proof) -> Obligation {
    Obligation::statement(
        conservation(parent.amount, children),
        proof,
        split_context(network, &parent.id, children, &parent.holder),
        RefusalCode::ConservationProofInvalid,
    )
}

fn anchored(header: &DocumentHeader, root: Hash) -> Anchored {
    Anchored { document: header.document, version: header.version, root }
}

fn amounts(claims: &[Claim]) -> Vec<Commitment> {
    claims.iter().map(|claim| claim.amount).collect()
}

/// The claims with these ids, in their order; `None` if one is unknown.
fn claims(state: &impl State, ids: &[ClaimId]) -> Result<Option<Vec<Claim>>, StateError> {
    // A set as large as this is refused before its proofs matter; do not read it all.
    const ENOUGH: usize = 1_000;
    if ids.len() > ENOUGH {
        return Ok(None);
    }
    ids.iter().map(|id| load::<Claim>(state, id)).collect()
}
