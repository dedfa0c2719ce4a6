//! The seller's evidence: checked as far as the bank can, kept, and turned into a signed reservation.

use kontor_chassis::database::{Connection, now_ms};
use kontor_ledger::exchange::{self, Evidence};
use uuid::Uuid;

use super::{
    bank::{Bank, nonce},
    check::reopen,
    error::AppError,
    receive::Received,
    submit,
    tell::{self, With},
};
use crate::{
    domain::{
        application::Event,
        claim::{self as claiming, EvidenceError, Subject},
        verdict::Reason,
    },
    store::{
        application::{self, Application},
        claim::{self, Claim},
        evidence,
        ledger_record::Purpose,
    },
};

/// Takes evidence over. What cannot be used is answered to the seller by way of the portal, and another is awaited.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Refusal`] where no evidence is awaited.
pub fn take(
    connection: &mut Connection,
    bank: &Bank,
    application: &Uuid,
    evidence_id: &Uuid,
    sealed: &str,
) -> Result<Received, AppError> {
    if evidence::is_known(connection, evidence_id)? {
        return Ok(Received::Before);
    }
    let mut application = application::find(connection, application)?.ok_or(AppError::NotFound)?;
    let taken = application.state.apply(Event::EvidenceTaken)?;
    let mut claim = claim::find(connection, &application.id)?.ok_or(AppError::Missing("the claim"))?;
    let result = check(bank, &application, &claim, sealed)?;
    let noted = result.map_or_else(EvidenceError::code, |()| "taken");
    evidence::insert(connection, evidence_id, &application.id, noted)?;
    match result {
        Ok(()) => {
            claim.evidence = Some(*evidence_id);
            claim.sealed_evidence = Some(sealed.to_owned());
            claim::save(connection, &claim)?;
            application.state = taken;
            application.reasons.clear();
            reserve(connection, bank, &application, &claim)?;
            tell::portal(connection, &mut application, With::default())?;
        }
        Err(error) => {
            application.state = application.state.apply(Event::EvidenceUnusable)?;
            application.reasons = vec![Reason::with(error.code(), error.to_string())];
            tell::portal(connection, &mut application, With { claim: Some(&claim), ..With::default() })?;
        }
    }
    application.updated = now_ms();
    application::save(connection, &application, "take-evidence")?;
    Ok(Received::New)
}

fn open(bank: &Bank, claim: &Claim, sealed: &str) -> Result<Evidence, EvidenceError> {
    exchange::open(sealed, bank.encryption(), &exchange::about_claim(&claim.key)).map_err(|_| EvidenceError::Unreadable)
}

fn check(
    bank: &Bank,
    application: &Application,
    claim: &Claim,
    sealed: &str,
) -> Result<Result<(), EvidenceError>, AppError> {
    let terms = reopen(bank, application)?.terms.ok_or(AppError::Missing("the terms"))?;
    Ok(open(bank, claim, sealed).and_then(|evidence| claiming::check_evidence(&evidence, terms.amount)))
}

/// Signs the reservation from the evidence at hand and queues it for the ledger. It goes there even if check 4 found
/// a duplicate: the refused attempt stays in the log as evidence.
///
/// # Errors
/// [`AppError`].
pub fn reserve(
    connection: &mut Connection,
    bank: &Bank,
    application: &Application,
    claim: &Claim,
) -> Result<(), AppError> {
    let sealed = claim.sealed_evidence.as_deref().ok_or(AppError::Missing("the evidence"))?;
    let unusable = |error: EvidenceError| AppError::Unusable(Reason::new(error.code()));
    let evidence = open(bank, claim, sealed).map_err(unusable)?;
    let subject = Subject {
        network: bank.network,
        document: application.document,
        version: application.version,
        fingerprints: reopen(bank, application)?.fingerprints,
    };
    let key = bank.reveal_key(&submit::key_name(&application.id), &claim.sealed_key)?;
    let word = application.acknowledgement;
    let record = claiming::reserve(&subject, claim.terms, &evidence, word, nonce(), &key, bank.member);
    submit::queue(connection, &application.id, Purpose::Reserve, &record.map_err(unusable)?)
}
