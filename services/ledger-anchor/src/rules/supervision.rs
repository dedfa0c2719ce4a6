//! Supervision: a case before an access, enough officers behind both, the access before the plaintext; and what an
//! officer tells everybody.

use std::collections::BTreeSet;

use kontor_ledger::{
    alert::{Alert, AlertTerms},
    encoding::to_cbor,
    object::{Access, Case, Claim, Document},
    outcome::RefusalCode,
    record::{AccessTerms, Approvable, Approval, CaseId, CaseTerms},
};
use kontor_sealing::{Hash, PublicKey};

use super::{Judged, Stop, require};
use crate::state::{Once, State, UsedBy, load, save};

/// Characters of a legal basis, a reason.
const MAX_TEXT: usize = 500;
/// Characters of a case's reference.
const MAX_REFERENCE: usize = 100;
/// Documents that a case may name.
const MAX_DOCUMENTS: usize = 1_000;
/// Characters of the name of a rule that raised an alert.
const MAX_RULE: usize = 100;
/// Documents and claims that an alert may name, each.
const MAX_CONCERNED: usize = 100;

/// An officer opens a case that enough officers approved; the same approvals open no second one.
pub(super) fn open_case(
    state: &mut impl State,
    case: &Judged<'_>,
    terms: &CaseTerms,
    approvals: &[Approval],
) -> Result<(), Stop> {
    by_officer(case)?;
    require(fits(&terms.legal_basis, MAX_TEXT) && fits(&terms.reference, MAX_REFERENCE), RefusalCode::TooLong)?;
    require(terms.documents.len() <= MAX_DOCUMENTS, RefusalCode::TooLong)?;
    require(case.now() < terms.expires, RefusalCode::Expired)?;
    approved(case, terms, approvals)?;
    use_once(state, case, terms)?;
    let opened = Case { id: case.id, terms: terms.clone(), at: case.now(), closed: None };
    save(state, &case.id, &opened);
    Ok(())
}

/// An officer announces that a document is about to be read under an open case that covers it.
pub(super) fn access(
    state: &mut impl State,
    case: &Judged<'_>,
    terms: &AccessTerms,
    approvals: &[Approval],
) -> Result<(), Stop> {
    by_officer(case)?;
    require(fits(&terms.reason, MAX_TEXT), RefusalCode::TooLong)?;
    let opened = load::<Case>(state, &terms.case)?.ok_or(RefusalCode::CaseNotOpen)?;
    require(opened.is_open(case.now()) && opened.covers(&terms.document), RefusalCode::CaseNotOpen)?;
    let mut document = load::<Document>(state, &terms.document)?.ok_or(RefusalCode::UnknownDocument)?;
    require(document.version(terms.version).is_some(), RefusalCode::WrongVersion)?;
    let officers = approved(case, terms, approvals)?;
    use_once(state, case, terms)?;
    let announced = Access { id: case.id, terms: terms.clone(), officers, at: case.now() };
    save(state, &case.id, &announced);
    document.accesses.push(case.id);
    save(state, &document.id, &document);
    Ok(())
}

/// An officer ends a case.
pub(super) fn close_case(state: &mut impl State, case: &Judged<'_>, closed: &CaseId) -> Result<(), Stop> {
    by_officer(case)?;
    let mut opened = load::<Case>(state, closed)?.ok_or(RefusalCode::CaseNotOpen)?;
    require(opened.closed.is_none(), RefusalCode::CaseNotOpen)?;
    opened.closed = Some(case.now());
    save(state, closed, &opened);
    Ok(())
}

/// An officer tells the consortium about documents and claims, which show it from then on.
pub(super) fn alert(state: &mut impl State, case: &Judged<'_>, terms: &AlertTerms) -> Result<(), Stop> {
    by_officer(case)?;
    require(fits(&terms.text, MAX_TEXT) && fits(&terms.rule, MAX_RULE), RefusalCode::TooLong)?;
    require(terms.documents.len().max(terms.claims.len()) <= MAX_CONCERNED, RefusalCode::TooLong)?;
    for id in terms.documents.iter().collect::<BTreeSet<_>>() {
        let mut document = load::<Document>(state, id)?.ok_or(RefusalCode::UnknownDocument)?;
        document.alerts.push(case.id);
        save(state, id, &document);
    }
    for id in terms.claims.iter().collect::<BTreeSet<_>>() {
        let mut claim = load::<Claim>(state, id)?.ok_or(RefusalCode::UnknownClaim)?;
        claim.alerts.push(case.id);
        save(state, id, &claim);
    }
    save(state, &case.id, &Alert { id: case.id, terms: terms.clone(), at: case.now() });
    Ok(())
}

fn by_officer(case: &Judged<'_>) -> Result<(), Stop> {
    require(case.genesis().officers.keys.contains(case.author()), RefusalCode::WrongAuthor)
}

fn fits(text: &str, characters: usize) -> bool {
    text.chars().count() <= characters
}

/// The officers whose approval of `terms` holds; refuses if they are fewer than the threshold.
fn approved<T: Approvable>(case: &Judged<'_>, terms: &T, approvals: &[Approval]) -> Result<Vec<PublicKey>, Stop> {
    let officers = &case.genesis().officers;
    // More approvals than officers cannot help, only cost.
    require(approvals.len() <= officers.keys.len(), RefusalCode::ApprovalsMissing)?;
    let holding: BTreeSet<PublicKey> = approvals
        .iter()
        .filter(|approval| officers.keys.contains(&approval.officer))
        .filter(|approval| terms.check(&case.network(), approval).is_ok())
        .map(|approval| approval.officer)
        .collect();
    require(holding.len() >= usize::from(officers.threshold), RefusalCode::ApprovalsMissing)?;
    Ok(holding.into_iter().collect())
}

/// Approvals are signatures over terms, which anyone could submit again; terms therefore count once.
fn use_once<T: Approvable>(state: &mut impl State, case: &Judged<'_>, terms: &T) -> Result<(), Stop> {
    let once = Once::Terms(Hash::sm3(&[T::LABEL.as_bytes(), &[0], &to_cbor(terms)]));
    require(load::<UsedBy>(state, &once)?.is_none(), RefusalCode::AlreadyRegistered)?;
    save(state, &once, &UsedBy(case.id));
    Ok(())
}
