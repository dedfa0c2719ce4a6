//! An officer declines; a claim that stands is given up on the ledger.

use kontor_chassis::database::{Connection, now_ms};
use kontor_ledger::record::Body;
use uuid::Uuid;

use super::{
    bank::{Bank, nonce},
    error::AppError,
    submit,
    tell::{self, With},
};
use crate::{
    domain::{application::Event, claim::follow_up, verdict::Reason},
    store::{
        application::{self, Application},
        claim,
        ledger_record::Purpose,
    },
};

/// Declines with a reason that the seller reads.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Refusal`].
pub fn decline(connection: &mut Connection, bank: &Bank, id: &Uuid, reason: &str) -> Result<Application, AppError> {
    let mut application = application::find(connection, id)?.ok_or(AppError::NotFound)?;
    let held = application.state.holds_claim();
    application.state = application.state.apply(Event::Declined)?;
    application.reasons = vec![Reason::with("declined-by-bank", reason)];
    if held {
        let claim = claim::find(connection, id)?.ok_or(AppError::Missing("the claim"))?;
        let reserved = claim.record.ok_or(AppError::Missing("the claim's record"))?;
        let key = bank.reveal_key(&submit::key_name(id), &claim.sealed_key)?;
        let body = Body::ClaimRelease { claim: reserved };
        let record = follow_up(bank.network, body, nonce(), &key, bank.member);
        submit::queue(connection, id, Purpose::Release, &record)?;
    }
    tell::portal(connection, &mut application, With::default())?;
    application.updated = now_ms();
    application::save(connection, &application, "decline-application")?;
    Ok(application)
}
