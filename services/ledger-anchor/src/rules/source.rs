//! Sources: the documents behind a claim, each with its own sum and cap.
//!
//! The cap is the source document's total times the claim's advance rate; the sum is that of every live claim that
//! rests on the document. A source fingerprint stands for one document while any claim under it lives, so all claims
//! under it join that sum; several fingerprints may stand for one document, for an order has more than one number.

use kontor_ledger::{
    object::{Claim, Document},
    outcome::RefusalCode,
    record::{Fingerprint, FingerprintKind, Reservation},
    source::{MAX_SOURCES, SourceClaim, SourceHold},
};

use super::{Judged, Stop, claim::check_room, fingerprint, require};
use crate::state::{State, load};

/// The source documents with the claims that live on them, in the order of the terms, if each may bear one more.
pub(super) fn check(
    state: &impl State,
    case: &Judged<'_>,
    terms: &Reservation,
) -> Result<Vec<(Document, Vec<Claim>)>, Stop> {
    let sources = &terms.sources;
    let ascending = sources.iter().zip(sources.iter().skip(1)).all(|(one, next)| one.fingerprint < next.fingerprint);
    let mut documents: Vec<_> = sources.iter().map(|one| one.document).chain([terms.document]).collect();
    documents.sort_unstable();
    documents.dedup();
    let distinct = documents.len() == sources.len().saturating_add(1);
    require(sources.len() <= MAX_SOURCES && ascending && distinct, RefusalCode::SourcesMalformed)?;
    sources.iter().map(|one| stands_behind(state, case, one)).collect()
}

fn stands_behind(state: &impl State, case: &Judged<'_>, source: &SourceClaim) -> Result<(Document, Vec<Claim>), Stop> {
    let document = load::<Document>(state, &source.document)?.ok_or(RefusalCode::UnknownDocument)?;
    let fingerprint = Fingerprint { kind: FingerprintKind::Source, value: source.fingerprint };
    let elsewhere = |hold: &SourceHold| hold.fingerprint == source.fingerprint && hold.counted_in != document.id;
    let held = fingerprint::live_holders(state, case.now(), &fingerprint)?;
    require(!held.iter().flat_map(|claim| &claim.sources).any(elsewhere), RefusalCode::SourceMismatch)?;
    let live = check_room(state, case, &document, source.version, &source.headroom)?;
    Ok((document, live))
}

/// What the claim keeps of its sources.
pub(super) fn holds(sources: &[SourceClaim]) -> Vec<SourceHold> {
    let hold = |one: &SourceClaim| SourceHold { fingerprint: one.fingerprint, counted_in: one.document };
    sources.iter().map(hold).collect()
}
