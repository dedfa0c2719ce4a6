//! The proofs that a record owes, separated from the rules so that they can be checked before and in parallel.
//!
//! What a proof must show depends on the state (a version's root, the amounts of the live claims), so a verdict is
//! kept under the digest of statement, proof and context together: a verdict on other circumstances is never found.

use kontor_ledger::{
    context::{Anchored, amend_context, amount_context, claim_context, total_context},
    encoding::to_cbor,
    object::{Claim, Document},
    outcome::RefusalCode,
    record::{Body, ClaimId, Headroom, Record, Reservation, Total},
};
use kontor_proofs::{Context, Proof, Statement};
use kontor_sealing::{Commitment, Hash, PublicKey, document::DocumentHeader};

use super::{BlockContext, Stop};
use crate::state::{State, StateError, load};

/// One proof with what it must show.
#[derive(Debug, Clone)]
pub struct Obligation {
    /// What is claimed.
    pub statement: Statement,
    /// What is to show it.
    pub proof: Proof,
    /// What it is bound to.
    pub context: Context,
    /// The refusal if it does not.
    pub refusal: RefusalCode,
}

impl Obligation {
    /// The digest under which a verdict may be kept: it covers statement, proof and context.
    pub fn digest(&self) -> Hash {
        Hash::sm3(&[b"kontor/v1/obligation", &to_cbor(&(&self.statement, &self.proof, &self.context))])
    }

    /// Checks the proof.
    pub fn holds(&self) -> bool {
        kontor_proofs::verify(&self.statement, &self.proof, &self.context).is_ok()
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
        Body::DocumentRegister { header, root, total: Some(total), .. } => {
            Ok(vec![range_of_total(context.network, anchored(header, *root), total)])
        }
        Body::DocumentAmend { header, root, total: Some(total), headroom, .. } => {
            let anchored = anchored(header, *root);
            let mut owed = vec![range_of_total(context.network, anchored, total)];
            if let Some(headroom) = headroom
                && let Some(live) = claims(state, &headroom.live)?
            {
                owed.extend(headroom_of_amendment(context.network, anchored, total, headroom, &live));
            }
            Ok(owed)
        }
        Body::ClaimReserve { claim } => {
            let document = load::<Document>(state, &claim.document)?;
            let Some((document, live)) = document.zip(claims(state, &claim.headroom.live)?) else {
                return Ok(Vec::new());
            };
            let owed = reservation(context.network, &document, claim, &record.unsigned.author, &live);
            Ok(owed.map(Vec::from).unwrap_or_default())
        }
        _ => Ok(Vec::new()),
    }
}

/// Refuses unless the obligation's verdict is known to be good or the proof holds.
pub(super) fn check(context: &BlockContext<'_>, obligation: &Obligation) -> Result<(), Stop> {
    let holds = context.verdicts.known(&obligation.digest()).unwrap_or_else(|| obligation.holds());
    super::require(holds, obligation.refusal)
}

/// A document's total lies in [0, 2^50).
pub(super) fn range_of_total(network: Hash, anchored: Anchored, total: &Total) -> Obligation {
    Obligation {
        statement: Statement::Range { value: total.commitment, bits: 50 },
        proof: total.range.clone(),
        context: total_context(network, anchored),
        refusal: RefusalCode::RangeProofInvalid,
    }
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
    let statement =
        Statement::OverFinancing { total: total.commitment, advance_rate_bp, live: amounts(others), new: last.amount };
    Some(Obligation {
        statement,
        proof: headroom.proof.clone(),
        context: amend_context(network, anchored, &headroom.live),
        refusal: RefusalCode::HeadroomProofInvalid,
    })
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
    let range = Obligation {
        statement: Statement::Range { value: claim.amount, bits: 64 },
        proof: claim.range.clone(),
        context: amount_context(network, anchored, key),
        refusal: RefusalCode::RangeProofInvalid,
    };
    let headroom = Obligation {
        statement: Statement::OverFinancing {
            total,
            advance_rate_bp: claim.advance_rate,
            live: amounts(live),
            new: claim.amount,
        },
        proof: claim.headroom.proof.clone(),
        context: claim_context(network, anchored, key, &claim.headroom.live),
        refusal: RefusalCode::HeadroomProofInvalid,
    };
    Some([range, headroom])
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
