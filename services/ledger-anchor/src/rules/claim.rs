//! Claims: parts of a document's total that banks reserve, finance, settle and release.
//!
//! One exact fingerprint names one document while any claim under it lives; all claims on a document count in one sum
//! across its versions and, if it is superseded, in its successor's.

use kontor_ledger::{
    member::MemberRole,
    object::{Claim, ClaimEvent, ClaimState, Document},
    outcome::RefusalCode,
    record::{ClaimId, Fingerprint, FingerprintKind, Reservation},
    time::Timestamp,
};

use super::{Judged, Stop, document::require_standing, members, proofs, require};
use crate::state::{Holders, Once, State, StateError, UsedBy, load, save};

/// A bank reserves part of a document's total, with a key that it uses for this claim only.
pub(super) fn reserve(state: &mut impl State, case: &Judged<'_>, terms: &Reservation) -> Result<(), Stop> {
    let parameters = case.settings(state)?.parameters;
    let mut document = load::<Document>(state, &terms.document)?.ok_or(RefusalCode::UnknownDocument)?;
    by_bank(state, case)?;
    check_fingerprints(&terms.fingerprints)?;
    let key = Once::ClaimKey(*case.author());
    require(load::<UsedBy>(state, &key)?.is_none(), RefusalCode::ClaimKeyUsed)?;
    require(case.now() < terms.expires, RefusalCode::Expired)?;
    let lasts = terms.expires.millis_since(case.now());
    require(lasts <= parameters.max_reservation, RefusalCode::ReservationTooLong)?;
    require((1..=parameters.max_advance_rate).contains(&terms.advance_rate), RefusalCode::OverRate)?;

    check_holders(state, case.now(), &document, terms)?;

    require_standing(&document)?;
    require(document.latest().is_some_and(|latest| latest.version == terms.version), RefusalCode::WrongVersion)?;
    let live = live_claims(state, &document, case.now())?;
    require(live.is_empty() || !document.diluted, RefusalCode::Diluted)?;
    require(terms.headroom.live.iter().eq(live.iter().map(|claim| &claim.id)), RefusalCode::ClaimsChanged)?;
    require(live.len() < usize::from(parameters.max_live_claims), RefusalCode::TooManyClaims)?;
    let owed = proofs::reservation(case.network(), &document, terms, case.author(), &live);
    for obligation in &owed.ok_or(RefusalCode::NotFinanceable)? {
        proofs::check(case.context, obligation)?;
    }

    let claim = Claim {
        id: case.id,
        document: terms.document,
        version: terms.version,
        counted_in: terms.document,
        key: *case.author(),
        sponsor: case.record.sponsor,
        fingerprints: terms.fingerprints.clone(),
        amount: terms.amount,
        advance_rate: terms.advance_rate,
        at: case.now(),
        expires: terms.expires,
        acknowledgement: terms.acknowledgement,
        state: ClaimState::Reserved,
    };
    for fingerprint in &claim.fingerprints {
        hold(state, case.now(), fingerprint, claim.id)?;
    }
    document.diluted = false;
    document.live = live.iter().map(|other| other.id).chain([claim.id]).collect();
    document.live.sort_unstable();
    save(state, &key, &UsedBy(case.id));
    save(state, &claim.id, &claim);
    save(state, &document.id, &document);
    Ok(())
}

/// Money was paid on a reservation in time.
pub(super) fn finance(state: &mut impl State, case: &Judged<'_>, claim: &ClaimId) -> Result<(), Stop> {
    let mut claim = own(state, case, claim)?;
    step(&mut claim, case.now(), ClaimEvent::Finance)?;
    save(state, &claim.id, &claim);
    Ok(())
}

/// The claim was repaid and leaves the sum.
pub(super) fn settle(state: &mut impl State, case: &Judged<'_>, claim: &ClaimId) -> Result<(), Stop> {
    end(state, case, claim, ClaimEvent::Settle)
}

/// The claim is given up and leaves the sum.
pub(super) fn release(state: &mut impl State, case: &Judged<'_>, claim: &ClaimId) -> Result<(), Stop> {
    end(state, case, claim, ClaimEvent::Release)
}

fn end(state: &mut impl State, case: &Judged<'_>, claim: &ClaimId, event: ClaimEvent) -> Result<(), Stop> {
    let mut claim = own(state, case, claim)?;
    step(&mut claim, case.now(), event)?;
    save(state, &claim.id, &claim);
    for fingerprint in &claim.fingerprints {
        let_go(state, case.now(), fingerprint)?;
    }
    let Some(mut document) = load::<Document>(state, &claim.counted_in)? else { return Ok(()) };
    document.live = live_claims(state, &document, case.now())?.iter().map(|other| other.id).collect();
    document.diluted &= !document.live.is_empty();
    save(state, &document.id, &document);
    Ok(())
}

/// The claim, if the record is by its key and through its bank.
fn own(state: &impl State, case: &Judged<'_>, id: &ClaimId) -> Result<Claim, Stop> {
    let claim = load::<Claim>(state, id)?.ok_or(RefusalCode::UnknownClaim)?;
    case.by(&claim.key)?;
    require(claim.sponsor == case.record.sponsor, RefusalCode::WrongSponsor)?;
    Ok(claim)
}

fn step(claim: &mut Claim, now: Timestamp, event: ClaimEvent) -> Result<(), Stop> {
    let state = claim.state_at(now);
    require(state != ClaimState::Lapsed, RefusalCode::Expired)?;
    claim.state = state.after(event).ok_or(RefusalCode::WrongState)?;
    Ok(())
}

/// The claims that count against the document's total at `now`, in ascending order of their ids.
pub(super) fn live_claims(state: &impl State, document: &Document, now: Timestamp) -> Result<Vec<Claim>, StateError> {
    let mut live = Vec::with_capacity(document.live.len());
    for id in &document.live {
        live.extend(load::<Claim>(state, id)?.filter(|claim| claim.is_live(now)));
    }
    Ok(live)
}

fn by_bank(state: &impl State, case: &Judged<'_>) -> Result<(), Stop> {
    let sponsor = members::sponsor(state, case)?.member;
    require(sponsor.role == MemberRole::Bank, RefusalCode::WrongSponsor)
}

/// One exact fingerprint, then near ones, each kind once in ascending order.
fn check_fingerprints(fingerprints: &[Fingerprint]) -> Result<(), Stop> {
    let exact = fingerprints.first().is_some_and(|first| first.kind == FingerprintKind::Exact);
    let ascending = fingerprints.iter().zip(fingerprints.iter().skip(1)).all(|(one, next)| one.kind < next.kind);
    require(exact && ascending, RefusalCode::FingerprintsMalformed)
}

/// Refuses if another document holds the exact fingerprint, or a near one without the bank's word on it.
fn check_holders(state: &impl State, now: Timestamp, document: &Document, terms: &Reservation) -> Result<(), Stop> {
    for fingerprint in &terms.fingerprints {
        let held = live_holders(state, now, fingerprint)?;
        match fingerprint.kind {
            FingerprintKind::Exact => {
                require(held.iter().all(|claim| claim.document == document.id), RefusalCode::Duplicate)?;
            }
            FingerprintKind::NearNumber => {
                let elsewhere = held.iter().any(|claim| claim.counted_in != document.id);
                require(!elsewhere || terms.acknowledgement.is_some(), RefusalCode::NearMatchUnacknowledged)?;
            }
        }
    }
    Ok(())
}

/// The live claims under a fingerprint.
fn live_holders(state: &impl State, now: Timestamp, fingerprint: &Fingerprint) -> Result<Vec<Claim>, StateError> {
    let mut live = Vec::new();
    for id in load::<Holders>(state, fingerprint)?.unwrap_or_default().0 {
        live.extend(load::<Claim>(state, &id)?.filter(|claim| claim.is_live(now)));
    }
    Ok(live)
}

/// Adds a claim to a fingerprint's holders, leaving out those that live no more.
fn hold(state: &mut impl State, now: Timestamp, fingerprint: &Fingerprint, claim: ClaimId) -> Result<(), Stop> {
    let mut holders: Vec<ClaimId> = live_holders(state, now, fingerprint)?.iter().map(|other| other.id).collect();
    holders.push(claim);
    holders.sort_unstable();
    save(state, fingerprint, &Holders(holders));
    Ok(())
}

/// Leaves out of a fingerprint's holders those that live no more.
fn let_go(state: &mut impl State, now: Timestamp, fingerprint: &Fingerprint) -> Result<(), Stop> {
    let holders: Vec<ClaimId> = live_holders(state, now, fingerprint)?.iter().map(|claim| claim.id).collect();
    if holders.is_empty() {
        state.delete(&<Holders as crate::state::Stored>::key(fingerprint));
    } else {
        save(state, fingerprint, &Holders(holders));
    }
    Ok(())
}
