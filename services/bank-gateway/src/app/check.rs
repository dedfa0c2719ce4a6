//! The job that looks into an application and decides how it goes on.

use kontor_chassis::{
    database::{Connection, now_ms},
    outbox::Failure,
};
use kontor_ledger::Timestamp;
use kontor_sealing::SigningKey;
use uuid::Uuid;

use super::{
    Gateway,
    bank::{Bank, rng},
    error::AppError,
    examine::{Examined, Stop, examine},
    submit,
    tell::{self, With},
};
use crate::{
    domain::{
        application::{Event, State, Verdict},
        claim::terms,
        opened::Opened,
        verdict::verdict,
    },
    store::{
        application::{self, Application},
        claim::{self, Claim},
    },
};

/// The outbox kind.
pub const CHECK: &str = "check-application";

/// Checks an application. May run again: everything that it asks others for is the same each time.
///
/// # Errors
/// [`Failure::Retry`] if something did not answer.
pub async fn run(gateway: &Gateway, id: Uuid) -> Result<(), Failure> {
    let retry = |error: AppError| Failure::Retry(error.to_string());
    let found = gateway.database.read(move |connection| application::find(connection, &id).map_err(AppError::from));
    let Some(application) = found.await.map_err(retry)? else {
        return Err(Failure::GiveUp("no such application".into()));
    };
    if application.state != State::Checking {
        return Ok(());
    }
    let examined = match examine(gateway, &application, now()).await {
        Ok(examined) => examined,
        Err(Stop::Later(reason)) => return Err(Failure::Retry(reason)),
        Err(Stop::Not(_)) => return Err(Failure::Retry("an examination ended without result".into())),
    };
    let about = about(&id);
    let kept = gateway.bank.keep(&about, &examined.opened).map_err(|error| retry(error.into()))?;
    // Made outside the transaction, which may run twice.
    let key = SigningKey::generate(&mut rng());
    let sealed_key = gateway.bank.keep_key(&submit::key_name(&id), &key).map_err(|error| retry(error.into()))?;
    let made = Claim {
        application: id,
        key: key.public(),
        sealed_key,
        terms: claim_terms(&gateway.bank, &examined.opened),
        evidence: None,
        sealed_evidence: None,
        record: None,
        position: None,
    };
    let done = gateway
        .database
        .transaction("conclude-checks", move |connection| conclude(connection, &id, &examined, &kept, &made));
    done.await.map_err(retry)
}

/// Writes what the checks came to.
fn conclude(
    connection: &mut Connection,
    id: &Uuid,
    examined: &Examined,
    kept: &str,
    made: &Claim,
) -> Result<(), AppError> {
    let mut application = application::find(connection, id)?.ok_or(AppError::NotFound)?;
    if application.state != State::Checking {
        // An officer was faster, or the job ran twice.
        return Ok(());
    }
    let (decided, reasons) = match &examined.report {
        Some(report) => verdict(&report.findings),
        None => (Verdict::Declined, Vec::new()),
    };
    let decided = if examined.against.is_empty() { decided } else { Verdict::Declined };
    let mut all = examined.against.clone();
    all.extend(reasons.into_iter().filter(|reason| !examined.against.iter().any(|own| own.code == reason.code)));
    application.state = application.state.apply(Event::Checked(decided))?;
    application.reasons = all;
    application.opened = Some(kept.to_owned());
    application.report = examined.report.clone();
    application.near_match = decided == Verdict::NearMatch;
    if decided != Verdict::Declined {
        claim::insert(connection, made)?;
    }
    match decided {
        Verdict::Clear => tell::portal(connection, &mut application, With { claim: Some(made), ..With::default() })?,
        Verdict::Declined => tell::portal(connection, &mut application, With::default())?,
        // The seller is not told of a near match: nothing changes for it until the officer has spoken.
        Verdict::NearMatch => {}
    }
    application.updated = now_ms();
    application::save(connection, &application, "conclude-checks")?;
    Ok(())
}

/// Renews the claim's terms when the seller is asked for evidence (again).
///
/// # Errors
/// [`AppError`].
pub fn request_evidence(
    connection: &mut Connection,
    bank: &Bank,
    application: &Application,
) -> Result<Claim, AppError> {
    let mut claim = claim::find(connection, &application.id)?.ok_or(AppError::Missing("the claim"))?;
    claim.terms = claim_terms(bank, &reopen(bank, application)?);
    claim.evidence = None;
    claim.sealed_evidence = None;
    claim::save(connection, &claim)?;
    Ok(claim)
}

fn claim_terms(bank: &Bank, opened: &Opened) -> crate::domain::claim::ClaimTerms {
    let asked = opened.terms.as_ref().map_or(0, |terms| terms.advance_rate);
    let policy = bank.policy;
    terms(asked, policy.max_advance_rate, policy.reservation_hours, &bank.genesis.parameters, now())
}

/// What was opened for an application; nothing if the checks have not come to it.
///
/// # Errors
/// [`AppError::Kept`].
pub fn reopen(bank: &Bank, application: &Application) -> Result<Opened, AppError> {
    match &application.opened {
        Some(kept) => Ok(bank.reveal(&about(&application.id), kept)?),
        None => Ok(Opened::default()),
    }
}

fn about(id: &Uuid) -> String {
    format!("application:{id}")
}

/// The clock.
pub fn now() -> Timestamp {
    u64::try_from(now_ms()).ok().and_then(|now| Timestamp::from_millis(now).ok()).unwrap_or_default()
}
