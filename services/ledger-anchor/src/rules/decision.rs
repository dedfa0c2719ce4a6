//! What others may decide about the claims and pledges of a bank that cannot act: by a vote of the members or by a
//! recorded order of the regulator. Whoever calls has checked the decision, and that the new sponsor is a bank in good
//! standing.

use kontor_ledger::{
    member::MemberId,
    object::{Claim, ClaimEvent},
    outcome::RefusalCode,
    receivable::{Pledge, Receivable, ReceivableId},
    record::{ClaimId, RecordId},
    time::Timestamp,
};
use kontor_sealing::PublicKey;

use super::{Stop, claim, require};
use crate::state::{Once, State, UsedBy, load, save};

/// A decision that holds.
#[derive(Debug, Clone, Copy)]
pub struct Decision {
    /// The record that made it.
    pub record: RecordId,
    /// When.
    pub at: Timestamp,
}

/// Hands a live claim to another bank: `key`, never used for a claim before, authors its records from now on and
/// `sponsor` relays them. Sums and fingerprints stay as they are.
///
/// # Errors
/// Refusals [`RefusalCode::UnknownClaim`], [`RefusalCode::WrongState`] of a claim that lives no more,
/// [`RefusalCode::ClaimKeyUsed`]; or a damaged state.
pub fn reassign(
    state: &mut impl State,
    decision: &Decision,
    claim: &ClaimId,
    key: &PublicKey,
    sponsor: MemberId,
) -> Result<(), Stop> {
    let mut claim = load::<Claim>(state, claim)?.ok_or(RefusalCode::UnknownClaim)?;
    require(claim.is_live(decision.at), RefusalCode::WrongState)?;
    use_key(state, decision, key)?;
    claim.key = *key;
    claim.sponsor = sponsor;
    save(state, &claim.id, &claim);
    Ok(())
}

/// Releases a live claim, which leaves its sums as if its bank had released it.
///
/// # Errors
/// Refusals [`RefusalCode::UnknownClaim`], [`RefusalCode::Expired`] of a reservation that lapsed,
/// [`RefusalCode::WrongState`] of a claim that ended; or a damaged state.
pub fn release(state: &mut impl State, decision: &Decision, claim: &ClaimId) -> Result<(), Stop> {
    let mut released = load::<Claim>(state, claim)?.ok_or(RefusalCode::UnknownClaim)?;
    claim::step(&mut released, decision.at, ClaimEvent::Release)?;
    claim::leave(state, decision.at, &released)
}

/// Hands a pledged receivable to another bank, as [`reassign`] does with a claim.
///
/// # Errors
/// Refusals [`RefusalCode::UnknownReceivable`], [`RefusalCode::WrongState`] of one that is not pledged or is paid,
/// [`RefusalCode::ClaimKeyUsed`]; or a damaged state.
pub fn reassign_pledge(
    state: &mut impl State,
    decision: &Decision,
    receivable: &ReceivableId,
    key: &PublicKey,
    sponsor: MemberId,
) -> Result<(), Stop> {
    let mut receivable = load::<Receivable>(state, receivable)?.ok_or(RefusalCode::UnknownReceivable)?;
    require(receivable.pledge.is_some() && receivable.state.is_live(), RefusalCode::WrongState)?;
    use_key(state, decision, key)?;
    receivable.pledge = Some(Pledge { key: *key, sponsor, record: decision.record, at: decision.at });
    save(state, &receivable.id, &receivable);
    Ok(())
}

fn use_key(state: &mut impl State, decision: &Decision, key: &PublicKey) -> Result<(), Stop> {
    let once = Once::ClaimKey(*key);
    require(load::<UsedBy>(state, &once)?.is_none(), RefusalCode::ClaimKeyUsed)?;
    save(state, &once, &UsedBy(decision.record));
    Ok(())
}
