//! Fingerprints: who holds which while it lives, and what another's hold means.

use kontor_ledger::{
    object::Claim,
    outcome::RefusalCode,
    record::{ClaimId, Fingerprint, FingerprintKind, NearMatchAction},
    time::Timestamp,
};
use kontor_sealing::document::DocumentId;

use super::{Stop, require};
use crate::state::{Bearers, Holders, State, StateError, Stored as _, load, save};

/// One exact fingerprint, then near ones, each kind once in ascending order.
pub(super) fn check_form(fingerprints: &[Fingerprint]) -> Result<(), Stop> {
    let exact = fingerprints.first().is_some_and(|first| first.kind == FingerprintKind::Exact);
    let ascending = fingerprints.iter().zip(fingerprints.iter().skip(1)).all(|(one, next)| one.kind < next.kind);
    let of_invoices = fingerprints.iter().all(|one| one.kind != FingerprintKind::Source);
    require(exact && ascending && of_invoices, RefusalCode::FingerprintsMalformed)
}

/// Refuses if another document holds the exact fingerprint, or a near one without the bank's word on it.
pub(super) fn check_matches(
    state: &impl State,
    now: Timestamp,
    document: &DocumentId,
    fingerprints: &[Fingerprint],
    word: Option<NearMatchAction>,
) -> Result<(), Stop> {
    for fingerprint in fingerprints {
        let claims = live_holders(state, now, fingerprint)?;
        let bears = load::<Bearers>(state, fingerprint)?.unwrap_or_default().0;
        let borne_elsewhere = bears.iter().any(|bearer| bearer != document);
        match fingerprint.kind {
            FingerprintKind::Exact => {
                let elsewhere = borne_elsewhere || claims.iter().any(|claim| claim.document != *document);
                require(!elsewhere, RefusalCode::Duplicate)?;
            }
            FingerprintKind::NearNumber | FingerprintKind::NearAmount => {
                let elsewhere = borne_elsewhere || claims.iter().any(|claim| claim.counted_in != *document);
                require(!elsewhere || word.is_some(), RefusalCode::NearMatchUnacknowledged)?;
            }
            FingerprintKind::Source => return Err(RefusalCode::FingerprintsMalformed.into()),
        }
    }
    Ok(())
}

/// The live claims under a fingerprint.
pub(super) fn live_holders(
    state: &impl State,
    now: Timestamp,
    fingerprint: &Fingerprint,
) -> Result<Vec<Claim>, StateError> {
    let mut live = Vec::new();
    for id in load::<Holders>(state, fingerprint)?.unwrap_or_default().0 {
        live.extend(load::<Claim>(state, &id)?.filter(|claim| claim.is_live(now)));
    }
    Ok(live)
}

/// Adds a claim to a fingerprint's holders, leaving out those that live no more.
pub(super) fn hold(
    state: &mut impl State,
    now: Timestamp,
    fingerprint: &Fingerprint,
    claim: ClaimId,
) -> Result<(), Stop> {
    let mut holders: Vec<ClaimId> = live_holders(state, now, fingerprint)?.iter().map(|other| other.id).collect();
    holders.push(claim);
    holders.sort_unstable();
    save(state, fingerprint, &Holders(holders));
    Ok(())
}

/// Leaves out of a fingerprint's holders those that live no more.
pub(super) fn let_go(state: &mut impl State, now: Timestamp, fingerprint: &Fingerprint) -> Result<(), Stop> {
    let holders: Vec<ClaimId> = live_holders(state, now, fingerprint)?.iter().map(|claim| claim.id).collect();
    if holders.is_empty() {
        state.delete(&Holders::key(fingerprint));
    } else {
        save(state, fingerprint, &Holders(holders));
    }
    Ok(())
}

/// Notes that a document bears receivables under its fingerprints.
pub(super) fn bear(
    state: &mut impl State,
    document: &DocumentId,
    fingerprints: &[Fingerprint],
) -> Result<(), StateError> {
    for fingerprint in fingerprints {
        let mut bearers = load::<Bearers>(state, fingerprint)?.unwrap_or_default().0;
        if let Err(place) = bearers.binary_search(document) {
            bearers.insert(place, *document);
            save(state, fingerprint, &Bearers(bearers));
        }
    }
    Ok(())
}

/// Notes that a document bears them no more.
pub(super) fn unbear(
    state: &mut impl State,
    document: &DocumentId,
    fingerprints: &[Fingerprint],
) -> Result<(), StateError> {
    for fingerprint in fingerprints {
        let mut bearers = load::<Bearers>(state, fingerprint)?.unwrap_or_default().0;
        bearers.retain(|bearer| bearer != document);
        if bearers.is_empty() {
            state.delete(&Bearers::key(fingerprint));
        } else {
            save(state, fingerprint, &Bearers(bearers));
        }
    }
    Ok(())
}
