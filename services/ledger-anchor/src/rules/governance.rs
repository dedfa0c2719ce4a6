//! Governance: changes that active banks decide by vote, keys that members rotate, members that leave.

use kontor_ledger::{
    genesis::Parameters,
    governance::{
        Change, HeldKey, JoinRequest, MemberState, NextRules, Proposal, ProposalId, Rotation, Settings, Standing,
    },
    member::{MemberId, MemberRole},
    object::Claim,
    outcome::RefusalCode,
    receivable::Receivable,
    time::Timestamp,
};

use super::{
    Judged, Stop,
    decision::{self, Decision},
    epochs, members, require,
};
use crate::state::{Joined, State, load, save};

/// Characters of a member's name.
const MAX_NAME: usize = 140;
/// Members that joined after genesis.
const MAX_JOINED: usize = 1_000;
/// Members in one change of validators.
const MAX_CHANGED: usize = 100;
/// The longest that a proposal stands, in milliseconds: 30 days.
const MAX_STANDS: u64 = 30 * 24 * 60 * 60 * 1_000;

/// A member proposes a change. A bank's proposal is its approval too.
pub(super) fn propose(
    state: &mut impl State,
    case: &Judged<'_>,
    change: &Change,
    expires: Timestamp,
) -> Result<(), Stop> {
    let author = members::author(state, case)?;
    require(case.now() < expires, RefusalCode::Expired)?;
    require(expires.millis_since(case.now()) <= MAX_STANDS, RefusalCode::TooLong)?;
    check(state, case, change)?;
    let proposal = Proposal {
        id: case.id,
        change: change.clone(),
        by: author.member.id,
        at: case.now(),
        expires,
        approvals: Vec::new(),
        rejections: Vec::new(),
        decided: None,
    };
    if author.member.role == MemberRole::Bank {
        return count(state, case, proposal, author.member.id);
    }
    save(state, &case.id, &proposal);
    Ok(())
}

/// A bank's word on a proposal, once.
pub(super) fn vote(
    state: &mut impl State,
    case: &Judged<'_>,
    proposal: &ProposalId,
    approve: bool,
) -> Result<(), Stop> {
    let author = members::author(state, case)?;
    require(author.member.role == MemberRole::Bank, RefusalCode::WrongAuthor)?;
    let mut proposal = load::<Proposal>(state, proposal)?.ok_or(RefusalCode::UnknownProposal)?;
    let open = proposal.decided.is_none() && case.now() < proposal.expires;
    require(open, RefusalCode::UnknownProposal)?;
    let id = author.member.id;
    let spoke = proposal.approvals.contains(&id) || proposal.rejections.contains(&id);
    require(!spoke, RefusalCode::AlreadyVoted)?;
    if approve {
        return count(state, case, proposal, id);
    }
    proposal.rejections.push(id);
    save(state, &proposal.id, &proposal);
    Ok(())
}

/// Adds an approval; with enough of them the change takes effect. An approval that would put into effect what cannot
/// be is refused, and can be given again later.
fn count(state: &mut impl State, case: &Judged<'_>, mut proposal: Proposal, by: MemberId) -> Result<(), Stop> {
    proposal.approvals.push(by);
    let voters = members::voters(state, case.genesis())?;
    let approvals = voters.iter().filter(|voter| proposal.approvals.contains(voter)).count();
    let share = u64::from(case.settings(state)?.parameters.approval_share);
    let enough = (approvals as u64).saturating_mul(10_000) >= share.saturating_mul(voters.len() as u64);
    if enough {
        check(state, case, &proposal.change)?;
        enact(state, case, &proposal.change)?;
        proposal.decided = Some(case.now());
    }
    save(state, &proposal.id, &proposal);
    Ok(())
}

/// Refuses a change that could not take effect now.
fn check(state: &impl State, case: &Judged<'_>, change: &Change) -> Result<(), Stop> {
    match change {
        Change::MemberAdmit { request } => check_request(state, case, request),
        Change::MemberSuspend { member } => {
            let found = known(state, case, member)?;
            require(found.standing == Standing::Active, RefusalCode::WrongState)
        }
        Change::MemberReinstate { member } => {
            let found = known(state, case, member)?;
            require(found.standing == Standing::Suspended, RefusalCode::WrongState)
        }
        Change::MemberRetire { member } => {
            let found = known(state, case, member)?;
            require(found.standing != Standing::Retired, RefusalCode::WrongState)
        }
        Change::ValidatorChange { add, remove } => {
            require(add.len() + remove.len() <= MAX_CHANGED, RefusalCode::TooLong)?;
            epochs::changed(state, case, add, remove).map(drop)
        }
        Change::Parameters { parameters } => check_parameters(parameters),
        Change::Rules { version, height } => {
            let settings = case.settings(state)?;
            let notice = u64::from(settings.parameters.epoch_notice);
            // Not held against what this program knows: programs of different versions must agree here.
            let next = settings.next.is_none() && settings.rules.checked_add(1) == Some(*version);
            require(next && *height >= case.height().saturating_add(notice), RefusalCode::RulesVersionUnfit)
        }
        Change::ClaimReassign { claim, key, to } => {
            let claim = load::<Claim>(state, claim)?.ok_or(RefusalCode::UnknownClaim)?;
            check_orphan(state, case, &claim.sponsor)?;
            check_heir(state, case, key, to)
        }
        Change::ClaimRelease { claim } => {
            let claim = load::<Claim>(state, claim)?.ok_or(RefusalCode::UnknownClaim)?;
            check_orphan(state, case, &claim.sponsor)
        }
        Change::PledgeReassign { receivable, key, to } => {
            let receivable = load::<Receivable>(state, receivable)?.ok_or(RefusalCode::UnknownReceivable)?;
            let pledge = receivable.pledge.ok_or(RefusalCode::WrongState)?;
            check_orphan(state, case, &pledge.sponsor)?;
            check_heir(state, case, key, to)
        }
    }
}

/// Only of a bank that cannot act itself may others decide.
fn check_orphan(state: &impl State, case: &Judged<'_>, sponsor: &MemberId) -> Result<(), Stop> {
    require(!known(state, case, sponsor)?.is_active(), RefusalCode::WrongState)
}

fn check_heir(state: &impl State, case: &Judged<'_>, key: &HeldKey, to: &MemberId) -> Result<(), Stop> {
    let heir = known(state, case, to)?;
    require(heir.is_active(), RefusalCode::MemberInactive)?;
    require(heir.member.role == MemberRole::Bank, RefusalCode::WrongSponsor)?;
    let usable = key.key.check().is_ok() && key.verify(&case.network(), to).is_ok();
    require(usable, RefusalCode::KeyNotHeld)
}

fn check_parameters(parameters: &Parameters) -> Result<(), Stop> {
    require(parameters.check().is_ok(), RefusalCode::ParameterOutOfBounds)
}

fn check_request(state: &impl State, case: &Judged<'_>, request: &JoinRequest) -> Result<(), Stop> {
    let (genesis, member) = (case.genesis(), &request.member);
    require(members::member(state, genesis, &member.id)?.is_none(), RefusalCode::AlreadyRegistered)?;
    let joined = load::<Joined>(state, &())?.unwrap_or_default().0.len();
    let bounded = (1..=MAX_NAME).contains(&member.name.chars().count()) && joined < MAX_JOINED;
    require(bounded && member.evaluator.is_none(), RefusalCode::TooLong)?;
    require(request.endpoints.are_formed(), RefusalCode::AddressMalformed)?;
    for key in [Some(member.identity), member.validator].into_iter().flatten() {
        require(genesis.suites.contains(&key.suite()), RefusalCode::SuiteNotAllowed)?;
        members::require_unused(state, genesis, &key)?;
    }
    require(member.validator != Some(member.identity), RefusalCode::KeyInUse)?;
    let keys = [Some(member.identity), member.validator];
    let usable = keys.iter().flatten().all(|key| key.check().is_ok());
    require(usable && request.verify(&case.network()).is_ok(), RefusalCode::KeyNotHeld)
}

fn enact(state: &mut impl State, case: &Judged<'_>, change: &Change) -> Result<(), Stop> {
    match change {
        Change::MemberAdmit { request } => admit(state, case, request),
        Change::MemberSuspend { member } => set(state, case, member, Standing::Suspended),
        Change::MemberReinstate { member } => set(state, case, member, Standing::Active),
        Change::MemberRetire { member } => set(state, case, member, Standing::Retired),
        Change::ValidatorChange { add, remove } => {
            let next = epochs::changed(state, case, add, remove)?;
            epochs::schedule(state, case, next)
        }
        Change::Parameters { parameters } => {
            save(state, &(), &Settings { parameters: *parameters, ..case.settings(state)? });
            Ok(())
        }
        Change::Rules { version, height } => {
            let next = Some(NextRules { version: *version, height: *height });
            save(state, &(), &Settings { next, ..case.settings(state)? });
            Ok(())
        }
        Change::ClaimReassign { claim, key, to } => decision::reassign(state, &decision(case), claim, &key.key, *to),
        Change::ClaimRelease { claim } => decision::release(state, &decision(case), claim),
        Change::PledgeReassign { receivable, key, to } => {
            decision::reassign_pledge(state, &decision(case), receivable, &key.key, *to)
        }
    }
}

fn decision(case: &Judged<'_>) -> Decision {
    Decision { record: case.id, at: case.now() }
}

fn admit(state: &mut impl State, case: &Judged<'_>, request: &JoinRequest) -> Result<(), Stop> {
    let id = request.member.id;
    for key in [Some(request.member.identity), request.member.validator].into_iter().flatten() {
        members::hold(state, &key, id);
    }
    let mut joined = load::<Joined>(state, &())?.unwrap_or_default();
    joined.0.push(id);
    save(state, &(), &joined);
    let member = MemberState {
        member: request.member.clone(),
        endpoints: Some(request.endpoints.clone()),
        standing: Standing::Active,
        since: case.now(),
    };
    save(state, &id, &member);
    Ok(())
}

/// Gives a member another standing; one that is not active does not order.
fn set(state: &mut impl State, case: &Judged<'_>, id: &MemberId, standing: Standing) -> Result<(), Stop> {
    let mut found = known(state, case, id)?;
    (found.standing, found.since) = (standing, case.now());
    if standing != Standing::Active && epochs::is_seated(state, case, &found)? {
        let next = epochs::changed(state, case, &[], &[*id])?;
        epochs::schedule(state, case, next)?;
    }
    save(state, id, &found);
    Ok(())
}

fn known(state: &impl State, case: &Judged<'_>, id: &MemberId) -> Result<MemberState, Stop> {
    Ok(members::member(state, case.genesis(), id)?.ok_or(RefusalCode::NotAMember)?)
}

/// A member leaves.
pub(super) fn leave(state: &mut impl State, case: &Judged<'_>) -> Result<(), Stop> {
    let id = members::author(state, case)?.member.id;
    set(state, case, &id, Standing::Retired)
}

/// A member changes its keys and addresses.
pub(super) fn rotate(state: &mut impl State, case: &Judged<'_>, rotation: &Rotation) -> Result<(), Stop> {
    let mut found = members::author(state, case)?;
    let Rotation { identity, encryption, validator, endpoints } = rotation;
    require(*rotation != Rotation::default(), RefusalCode::WrongState)?;
    if let Some(endpoints) = endpoints {
        require(endpoints.are_formed(), RefusalCode::AddressMalformed)?;
        found.endpoints = Some(endpoints.clone());
    }
    if let Some(encryption) = encryption {
        found.member.encryption = *encryption;
    }
    if let Some(identity) = identity {
        found.member.identity = take(state, case, identity, found.member.id)?;
    }
    if let Some(validator) = validator {
        let seated = epochs::is_seated(state, case, &found)?;
        let (before, key) = (found.member.validator, take(state, case, validator, found.member.id)?);
        found.member.validator = Some(key);
        if let Some(before) = before.filter(|_| seated) {
            let next = epochs::exchanged(state, case, &before, &key)?;
            epochs::schedule(state, case, next)?;
        }
    }
    save(state, &found.member.id, &found);
    Ok(())
}

/// A new key, which its holder signed for and nobody has or had.
fn take(
    state: &mut impl State,
    case: &Judged<'_>,
    held: &HeldKey,
    member: MemberId,
) -> Result<kontor_sealing::PublicKey, Stop> {
    require(case.genesis().suites.contains(&held.key.suite()), RefusalCode::SuiteNotAllowed)?;
    members::require_unused(state, case.genesis(), &held.key)?;
    let usable = held.key.check().is_ok() && held.verify(&case.network(), &member).is_ok();
    require(usable, RefusalCode::KeyNotHeld)?;
    members::hold(state, &held.key, member);
    Ok(held.key)
}
