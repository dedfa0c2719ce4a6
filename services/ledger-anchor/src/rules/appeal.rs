//! Appeals: an owner notes that a match with its document is wrong. It changes no sum and frees no fingerprint: the
//! banks concerned and the regulator see it and decide.

use kontor_ledger::{
    alert::{Appeal, AppealTerms},
    object::{Claim, Document},
    outcome::RefusalCode,
    receivable::Receivable,
};

use super::{Judged, Stop, document::require_standing, require};
use crate::state::{State, load, save};

/// Characters of a reason.
const MAX_REASON: usize = 500;
/// Appeals that a document makes.
const MAX_APPEALS: usize = 100;
/// Appeals that a claim, or a document that bears receivables, keeps; its own among them.
const MAX_NOTED: usize = 200;

/// Notes the appeal on both sides, once for each match and kind.
pub(super) fn appeal(state: &mut impl State, case: &Judged<'_>, terms: &AppealTerms) -> Result<(), Stop> {
    let mut document = load::<Document>(state, &terms.document)?.ok_or(RefusalCode::UnknownDocument)?;
    case.by(&document.key)?;
    require_standing(&document)?;
    require(terms.reason.chars().count() <= MAX_REASON, RefusalCode::TooLong)?;
    let own = || document.appeals.iter().filter(|one| one.document == document.id);
    let said = own().any(|one| one.against == terms.against && one.kind == terms.kind);
    require(!said, RefusalCode::AlreadyRegistered)?;
    require(own().count() < MAX_APPEALS, RefusalCode::TooLong)?;
    let appeal =
        Appeal { record: case.id, document: document.id, against: terms.against, kind: terms.kind, at: case.now() };
    if let Some(claim) = load::<Claim>(state, &terms.against)? {
        note_on_claim(state, case, claim, appeal)?;
    } else {
        let root = load::<Receivable>(state, &terms.against)?.filter(Receivable::is_root);
        note_on_bearer(state, &root.ok_or(RefusalCode::UnknownClaim)?, appeal)?;
    }
    document.appeals.push(appeal);
    save(state, &document.id, &document);
    Ok(())
}

fn note_on_claim(state: &mut impl State, case: &Judged<'_>, mut claim: Claim, appeal: Appeal) -> Result<(), Stop> {
    let holds = claim.held_fingerprints().any(|held| held.kind == appeal.kind);
    require(claim.is_live(case.now()) && claim.document != appeal.document && holds, RefusalCode::NoMatch)?;
    if note(&mut claim.appeals, appeal) {
        save(state, &claim.id, &claim);
    }
    Ok(())
}

fn note_on_bearer(state: &mut impl State, root: &Receivable, appeal: Appeal) -> Result<(), Stop> {
    let bearer = load::<Document>(state, &root.document)?.filter(|bearer| bearer.id != appeal.document);
    let mut bearer = bearer.ok_or(RefusalCode::NoMatch)?;
    let holds = bearer.receivables.as_ref().is_some_and(|borne| {
        borne.roots.contains(&root.id) && borne.fingerprints.iter().any(|held| held.kind == appeal.kind)
    });
    require(holds, RefusalCode::NoMatch)?;
    if note(&mut bearer.appeals, appeal) {
        save(state, &bearer.id, &bearer);
    }
    Ok(())
}

/// Strangers must not keep an owner's appeal out by filling the other side's list: what has no room there stands on the
/// appealing document only.
fn note(appeals: &mut Vec<Appeal>, appeal: Appeal) -> bool {
    let room = appeals.len() < MAX_NOTED;
    if room {
        appeals.push(appeal);
    }
    room
}
