//! Records on their way to the ledger: signed and kept in the transaction that decided them, sent by a worker until the
//! ledger has said what became of them. Sending again is the same record.

use std::time::Duration;

use kontor_chassis::{
    database::{Connection, now_ms},
    outbox::{self, Failure},
};
use kontor_ledger::{Outcome, RecordId, client::ClientError, event::Final, record::Record};
use uuid::Uuid;

use super::{
    Gateway,
    bank::Bank,
    check::{now, request_evidence},
    error::AppError,
    messages,
    tell::{self, With},
};
use crate::{
    domain::{
        application::{Event, State},
        verdict::Reason,
    },
    store::{
        application::{self, Application},
        claim,
        ledger_record::{self, Kept, Purpose},
    },
};

/// The outbox kind.
pub const SUBMIT: &str = "submit-record";

/// How long to wait for finality before the next attempt.
const WAIT: Duration = Duration::from_secs(15);

/// What a claim's sealed private key is kept under.
pub fn key_name(application: &Uuid) -> String {
    format!("claim-key:{application}")
}

/// Keeps a signed record and queues it.
///
/// # Errors
/// [`AppError`].
pub fn queue(
    connection: &mut Connection,
    application: &Uuid,
    purpose: Purpose,
    record: &Record,
) -> Result<(), AppError> {
    let id = ledger_record::insert(connection, application, purpose, record)?;
    let key = id.to_string();
    Ok(outbox::enqueue(connection, SUBMIT, &format!("ledger:{application}"), &id, &key)?)
}

/// The ledger's word on a record.
#[derive(Debug, Clone)]
enum Word {
    /// Ordered and judged.
    Final(Final),
    /// Not even ordered; it never will be.
    Rejected(String),
}

/// Sends a kept record and applies what the ledger said.
///
/// # Errors
/// [`Failure::Retry`] while the ledger does not answer.
pub async fn run(gateway: &Gateway, id: RecordId) -> Result<(), Failure> {
    let retry = |error: AppError| Failure::Retry(error.to_string());
    let found = gateway.database.read(move |connection| ledger_record::find(connection, &id).map_err(AppError::from));
    let Some(kept) = found.await.map_err(retry)? else { return Err(Failure::GiveUp("no such record".into())) };
    if kept.outcome.is_some() {
        return Ok(());
    }
    let batch = gateway.bank.sponsor(kept.record.clone()).map_err(|error| Failure::GiveUp(error.to_string()))?;
    let word = match gateway.ledger.submit(&batch, WAIT).await {
        Ok(all) => match all.into_iter().find(|one| one.id == id) {
            Some(one) => Word::Final(one),
            None => return Err(Failure::Retry("the ledger answered for another record".into())),
        },
        // A member that is not known, a signature that does not hold: trying again changes nothing.
        Err(ClientError::Rejected { status: 400..=499, slug, .. }) if slug != "too-many-requests" => {
            Word::Rejected(slug)
        }
        Err(error) => return Err(Failure::Retry(error.to_string())),
    };
    let bank = gateway.bank.clone();
    let done =
        gateway.database.transaction("apply-ledger-answer", move |connection| apply(connection, &bank, &kept, &word));
    done.await.map_err(retry)
}

fn apply(connection: &mut Connection, bank: &Bank, kept: &Kept, word: &Word) -> Result<(), AppError> {
    if ledger_record::find(connection, &kept.id)?.is_none_or(|known| known.outcome.is_some()) {
        return Ok(());
    }
    let (text, position) = match word {
        Word::Final(answer) => (answer_text(answer.outcome), Some(answer.position)),
        Word::Rejected(slug) => (format!("rejected:{slug}"), None),
    };
    ledger_record::answer(connection, &kept.id, &text, position)?;
    let mut application = application::find(connection, &kept.application)?.ok_or(AppError::NotFound)?;
    match (kept.purpose, word) {
        (Purpose::Reserve, Word::Final(answer)) => claimed(connection, bank, &mut application, kept, answer)?,
        (Purpose::Finance, Word::Final(answer)) => financed(connection, bank, &mut application, answer)?,
        (Purpose::Reserve | Purpose::Finance, Word::Rejected(slug)) => {
            application.state = State::Refused;
            application.reasons = vec![Reason::with("ledger-rejected", slug.clone())];
            tell::portal(connection, &mut application, With::default())?;
        }
        // The application is declined already; the claim lapses by itself if it could not be released.
        (Purpose::Release, _) => return Ok(()),
    }
    application.updated = now_ms();
    application::save(connection, &application, "apply-ledger-answer")?;
    Ok(())
}

fn answer_text(outcome: Outcome) -> String {
    match outcome {
        Outcome::Accepted => "accepted".into(),
        Outcome::Refused(code) => code.as_str().into(),
    }
}

fn refused_because(outcome: Outcome) -> Vec<Reason> {
    match outcome {
        Outcome::Accepted => Vec::new(),
        Outcome::Refused(code) => vec![Reason::with(code.as_str(), code.explanation())],
    }
}

fn claimed(
    connection: &mut Connection,
    bank: &Bank,
    application: &mut Application,
    kept: &Kept,
    answer: &Final,
) -> Result<(), AppError> {
    application.state = application.state.apply(Event::ClaimAnswered(answer.outcome))?;
    application.reasons = refused_because(answer.outcome);
    match application.state {
        State::Claimed => {
            let mut claim = claim::find(connection, &application.id)?.ok_or(AppError::Missing("the claim"))?;
            claim.record = Some(kept.id);
            claim.position = Some(answer.position);
            claim::save(connection, &claim)?;
            tell::portal(connection, application, With { claim_record: Some(kept.id), ..With::default() })
        }
        State::EvidenceRequested => {
            let claim = request_evidence(connection, bank, application)?;
            tell::portal(connection, application, With { claim: Some(&claim), ..With::default() })
        }
        State::AwaitingAcknowledgement => {
            application.near_match = true;
            Ok(())
        }
        _ => tell::portal(connection, application, With { claim_record: Some(kept.id), ..With::default() }),
    }
}

fn financed(
    connection: &mut Connection,
    bank: &Bank,
    application: &mut Application,
    answer: &Final,
) -> Result<(), AppError> {
    application.state = application.state.apply(Event::FinanceAnswered(answer.outcome))?;
    application.reasons = refused_because(answer.outcome);
    let claim = claim::find(connection, &application.id)?.ok_or(AppError::Missing("the claim"))?;
    if application.state == State::Financed {
        messages::write(connection, bank, application, now())?;
    }
    tell::portal(connection, application, With { claim_record: claim.record, ..With::default() })
}
