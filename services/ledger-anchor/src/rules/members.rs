//! Who is a member now: genesis, and what the ledger has changed since.

use std::collections::BTreeMap;

use kontor_ledger::{
    genesis::Genesis,
    governance::{Epoch, MemberState, NextRules, Settings},
    member::{MemberId, MemberRole},
    outcome::RefusalCode,
};
use kontor_sealing::PublicKey;

use super::{Judged, Stop, require};
use crate::state::{Holder, Joined, State, StateError, load, save};

/// A member, whatever its standing.
///
/// # Errors
/// [`StateError`] if its entry is damaged.
pub fn member(state: &impl State, genesis: &Genesis, id: &MemberId) -> Result<Option<MemberState>, StateError> {
    if let Some(changed) = load::<MemberState>(state, id)? {
        return Ok(Some(changed));
    }
    Ok(genesis.member(id).map(|member| MemberState::original(member, genesis.created)))
}

/// The member whose identity key this is now.
///
/// # Errors
/// As [`member`].
pub fn by_identity(state: &impl State, genesis: &Genesis, key: &PublicKey) -> Result<Option<MemberState>, StateError> {
    let Some(id) = holder(state, genesis, key)? else { return Ok(None) };
    Ok(member(state, genesis, &id)?.filter(|found| found.member.identity == *key))
}

/// All members, in the order of their codes.
///
/// # Errors
/// As [`member`].
pub fn all(state: &impl State, genesis: &Genesis) -> Result<Vec<MemberState>, StateError> {
    let joined = load::<Joined>(state, &())?.unwrap_or_default().0;
    let ids = genesis.members.iter().map(|member| member.id).chain(joined);
    let mut members = BTreeMap::new();
    for id in ids {
        if let Some(found) = member(state, genesis, &id)? {
            members.insert(id, found);
        }
    }
    Ok(members.into_values().collect())
}

/// The validators of now.
///
/// # Errors
/// [`StateError`] if the entry is damaged.
pub fn epoch(state: &impl State, genesis: &Genesis) -> Result<Epoch, StateError> {
    let original = || Epoch { number: 0, base: 0, validators: genesis.validators(), next: None };
    Ok(load::<Epoch>(state, &())?.unwrap_or_else(original))
}

/// Numbers and version of the rules, as a block of `height` is judged by them.
///
/// # Errors
/// [`StateError`] if the entry is damaged.
pub fn settings(state: &impl State, genesis: &Genesis, height: u64) -> Result<Settings, StateError> {
    let original = || Settings { parameters: genesis.parameters, rules: genesis.rules, next: None };
    let mut settings = load::<Settings>(state, &())?.unwrap_or_else(original);
    if let Some(NextRules { version, height: from }) = settings.next
        && height >= from
    {
        (settings.rules, settings.next) = (version, None);
    }
    Ok(settings)
}

/// The author as an active member.
pub(super) fn author(state: &impl State, case: &Judged<'_>) -> Result<MemberState, Stop> {
    let found = by_identity(state, case.genesis(), case.author())?.ok_or(RefusalCode::WrongAuthor)?;
    require(found.is_active(), RefusalCode::MemberInactive)?;
    Ok(found)
}

/// The record's sponsor as an active member.
pub(super) fn sponsor(state: &impl State, case: &Judged<'_>) -> Result<MemberState, Stop> {
    let found = member(state, case.genesis(), &case.record.sponsor)?.ok_or(RefusalCode::NotAMember)?;
    require(found.is_active(), RefusalCode::MemberInactive)?;
    Ok(found)
}

/// Active banks: those that vote.
pub(super) fn voters(state: &impl State, genesis: &Genesis) -> Result<Vec<MemberId>, StateError> {
    let members = all(state, genesis)?.into_iter();
    Ok(members.filter(|one| one.is_active() && one.member.role == MemberRole::Bank).map(|one| one.member.id).collect())
}

/// The member that has or had a signing key.
///
/// # Errors
/// [`StateError`] if the entry is damaged.
pub fn holder(state: &impl State, genesis: &Genesis, key: &PublicKey) -> Result<Option<MemberId>, StateError> {
    if let Some(Holder(id)) = load::<Holder>(state, key)? {
        return Ok(Some(id));
    }
    let listed = genesis.members.iter().find(|member| member.identity == *key || member.validator == Some(*key));
    Ok(listed.map(|member| member.id))
}

/// Refuses a key that any member has or had.
pub(super) fn require_unused(state: &impl State, genesis: &Genesis, key: &PublicKey) -> Result<(), Stop> {
    require(holder(state, genesis, key)?.is_none(), RefusalCode::KeyInUse)
}

/// Notes a key as this member's, for good.
pub(super) fn hold(state: &mut impl State, key: &PublicKey, member: MemberId) {
    save(state, key, &Holder(member));
}
