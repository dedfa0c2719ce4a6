//! Epochs: which validators come next, and the block that hands over to them.

use std::collections::BTreeSet;

use kontor_ledger::{
    governance::{Epoch, MemberState, NextEpoch},
    member::MemberId,
    outcome::RefusalCode,
};
use kontor_sealing::PublicKey;

use super::{Judged, Network, Stop, members, require};
use crate::state::{State, StateError, save};

/// Whether the member orders now, or will in the next epoch.
pub(super) fn is_seated(state: &impl State, case: &Judged<'_>, member: &MemberState) -> Result<bool, StateError> {
    let Epoch { validators, next, .. } = members::epoch(state, case.genesis())?;
    let next = next.map(|next| next.validators).unwrap_or_default();
    Ok(member.member.validator.is_some_and(|key| validators.contains(&key) || next.contains(&key)))
}

/// The validators with some more and without some.
pub(super) fn changed(
    state: &impl State,
    case: &Judged<'_>,
    add: &[MemberId],
    remove: &[MemberId],
) -> Result<Vec<PublicKey>, Stop> {
    let now = quiet(state, case)?;
    let mut next: BTreeSet<PublicKey> = now.iter().copied().collect();
    for id in remove {
        let found = members::member(state, case.genesis(), id)?.ok_or(RefusalCode::NotAMember)?;
        let key = found.member.validator.ok_or(RefusalCode::ValidatorsUnfit)?;
        require(next.remove(&key), RefusalCode::ValidatorsUnfit)?;
    }
    for id in add {
        let found = members::member(state, case.genesis(), id)?.ok_or(RefusalCode::NotAMember)?;
        require(found.is_active(), RefusalCode::MemberInactive)?;
        let key = found.member.validator.ok_or(RefusalCode::ValidatorsUnfit)?;
        require(next.insert(key), RefusalCode::ValidatorsUnfit)?;
    }
    fit(&now, next)
}

/// The validators with one key in the place of another.
pub(super) fn exchanged(
    state: &impl State,
    case: &Judged<'_>,
    before: &PublicKey,
    after: &PublicKey,
) -> Result<Vec<PublicKey>, Stop> {
    let now = quiet(state, case)?;
    fit(&now, now.iter().map(|key| if key == before { *after } else { *key }).collect())
}

/// The validators of now, unless others are on their way.
fn quiet(state: &impl State, case: &Judged<'_>) -> Result<Vec<PublicKey>, Stop> {
    let epoch = members::epoch(state, case.genesis())?;
    require(epoch.next.is_none(), RefusalCode::EpochChangePending)?;
    Ok(epoch.validators)
}

fn fit(now: &[PublicKey], next: BTreeSet<PublicKey>) -> Result<Vec<PublicKey>, Stop> {
    require(!next.is_empty() && !next.iter().eq(now), RefusalCode::ValidatorsUnfit)?;
    Ok(next.into_iter().collect())
}

/// Ends the epoch after the network's notice.
pub(super) fn schedule(state: &mut impl State, case: &Judged<'_>, validators: Vec<PublicKey>) -> Result<(), Stop> {
    let notice = u64::from(case.settings(state)?.parameters.epoch_notice);
    let after = case.height().saturating_add(notice);
    let epoch = members::epoch(state, case.genesis())?;
    save(state, &(), &Epoch { next: Some(NextEpoch { after, validators }), ..epoch });
    Ok(())
}

/// What a block leads to, once its records are judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// The block's own epoch.
    pub epoch: u64,
    /// The validators after it.
    pub validators: Vec<PublicKey>,
    /// Whether it is the last of its epoch.
    pub ends: bool,
}

/// Closes the block of `height`: the last one of an epoch hands over.
///
/// # Errors
/// [`StateError`] if the entry is damaged.
pub fn close(state: &mut impl State, network: &Network, height: u64) -> Result<Closed, StateError> {
    let Epoch { number, validators, next, .. } = members::epoch(state, &network.genesis)?;
    match next {
        Some(next) if next.after == height => {
            let validators = next.validators;
            let number_after = number.saturating_add(1);
            let epoch = Epoch { number: number_after, base: height, validators: validators.clone(), next: None };
            save(state, &(), &epoch);
            Ok(Closed { epoch: number, validators, ends: true })
        }
        Some(_) | None => Ok(Closed { epoch: number, validators, ends: false }),
    }
}
