//! Claims: parts of a document's total that banks reserve, finance, settle and release.
//!
//! One exact fingerprint names one document while any claim under it lives; all claims that rest on a document, made on
//! it or naming it as their source, count in one sum across its versions and, if it is superseded, in its successor's.

use std::collections::BTreeSet;

use kontor_ledger::{
    member::MemberRole,
    object::{Claim, ClaimEvent, ClaimState, Document},
    outcome::RefusalCode,
    record::{ClaimId, Headroom, Reservation},
    time::Timestamp,
};
use kontor_sealing::document::DocumentId;

use super::{
    Judged, Stop,
    document::{require_free, require_standing},
    fingerprint, members, proofs, require, source,
};
use crate::state::{Once, State, StateError, UsedBy, load, save};

/// A bank reserves part of a document's total, with a key that it uses for this claim only.
pub(super) fn reserve(state: &mut impl State, case: &Judged<'_>, terms: &Reservation) -> Result<(), Stop> {
    let parameters = case.settings(state)?.parameters;
    let mut document = load::<Document>(state, &terms.document)?.ok_or(RefusalCode::UnknownDocument)?;
    by_bank(state, case)?;
    fingerprint::check_form(&terms.fingerprints)?;
    let key = Once::ClaimKey(*case.author());
    require(load::<UsedBy>(state, &key)?.is_none(), RefusalCode::ClaimKeyUsed)?;
    require(case.now() < terms.expires, RefusalCode::Expired)?;
    let lasts = terms.expires.millis_since(case.now());
    require(lasts <= parameters.max_reservation, RefusalCode::ReservationTooLong)?;
    require((1..=parameters.max_advance_rate).contains(&terms.advance_rate), RefusalCode::OverRate)?;

    fingerprint::check_matches(state, case.now(), &document.id, &terms.fingerprints, terms.acknowledgement)?;

    let live = check_room(state, case, &document, terms.version, &terms.headroom)?;
    let mut sources = source::check(state, case, terms)?;
    let owed = proofs::reservation(case.network(), &document, terms, case.author(), &live);
    for obligation in &owed.ok_or(RefusalCode::NotFinanceable)? {
        proofs::check(case.context, obligation)?;
    }
    for (source, (behind, live)) in terms.sources.iter().zip(&sources) {
        let owed = proofs::source(case.network(), &document, behind, terms, source, case.author(), live);
        proofs::check(case.context, &owed.ok_or(RefusalCode::NotFinanceable)?)?;
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
        sources: source::holds(&terms.sources),
        appeals: Vec::new(),
        alerts: Vec::new(),
        diluted: false,
    };
    for fingerprint in claim.held_fingerprints() {
        fingerprint::hold(state, case.now(), &fingerprint, claim.id)?;
    }
    count(&mut document, &live, claim.id);
    save(state, &document.id, &document);
    for (behind, live) in &mut sources {
        count(behind, live, claim.id);
        save(state, &behind.id, behind);
    }
    save(state, &key, &UsedBy(case.id));
    save(state, &claim.id, &claim);
    Ok(())
}

/// Refuses unless the document may bear one more claim and `headroom` speaks of its latest version and of the claims
/// that are live, which are given.
pub(super) fn check_room(
    state: &impl State,
    case: &Judged<'_>,
    document: &Document,
    version: u32,
    headroom: &Headroom,
) -> Result<Vec<Claim>, Stop> {
    require_standing(document)?;
    require_free(document)?;
    require(document.latest().is_some_and(|latest| latest.version == version), RefusalCode::WrongVersion)?;
    let live = live_claims(state, document, case.now())?;
    require(live.is_empty() || !document.diluted, RefusalCode::Diluted)?;
    require(headroom.live.iter().eq(live.iter().map(|claim| &claim.id)), RefusalCode::ClaimsChanged)?;
    let most = usize::from(case.settings(state)?.parameters.max_live_claims);
    require(live.len() < most, RefusalCode::TooManyClaims)?;
    Ok(live)
}

/// Lets a claim count in a document beside the live ones.
fn count(document: &mut Document, live: &[Claim], claim: ClaimId) {
    document.diluted = false;
    document.live = live.iter().map(|other| other.id).chain([claim]).collect();
    document.live.sort_unstable();
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
    leave(state, case.now(), &claim)
}

/// Takes a claim that has ended out of every sum and off every fingerprint.
pub(super) fn leave(state: &mut impl State, now: Timestamp, claim: &Claim) -> Result<(), Stop> {
    save(state, &claim.id, claim);
    for fingerprint in claim.held_fingerprints() {
        fingerprint::let_go(state, now, &fingerprint)?;
    }
    for id in claim.counts_in().collect::<BTreeSet<DocumentId>>() {
        let Some(mut document) = load::<Document>(state, &id)? else { continue };
        document.live = live_claims(state, &document, now)?.iter().map(|other| other.id).collect();
        document.diluted &= !document.live.is_empty();
        save(state, &id, &document);
    }
    Ok(())
}

/// The claim, if the record is by its key and through its bank.
fn own(state: &impl State, case: &Judged<'_>, id: &ClaimId) -> Result<Claim, Stop> {
    let claim = load::<Claim>(state, id)?.ok_or(RefusalCode::UnknownClaim)?;
    case.by(&claim.key)?;
    require(claim.sponsor == case.record.sponsor, RefusalCode::WrongSponsor)?;
    Ok(claim)
}

/// Moves a claim by its machine.
pub(super) fn step(claim: &mut Claim, now: Timestamp, event: ClaimEvent) -> Result<(), Stop> {
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

/// Refuses unless a bank relays the record.
pub(super) fn by_bank(state: &impl State, case: &Judged<'_>) -> Result<(), Stop> {
    let sponsor = members::sponsor(state, case)?.member;
    require(sponsor.role == MemberRole::Bank, RefusalCode::WrongSponsor)
}
