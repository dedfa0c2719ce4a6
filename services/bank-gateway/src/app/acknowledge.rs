//! An officer speaks on a near match: goes on, or not.

use kontor_chassis::database::{Connection, now_ms};
use kontor_ledger::record::NearMatchAction;
use uuid::Uuid;

use super::{
    bank::Bank,
    check::request_evidence,
    error::AppError,
    take_evidence::reserve,
    tell::{self, With},
};
use crate::{
    domain::application::Event,
    store::{
        application::{self, Application},
        claim,
    },
};

/// Notes the officer's word. With evidence at hand the claim is made at once, otherwise the seller is asked for it.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Refusal`].
pub fn acknowledge(
    connection: &mut Connection,
    bank: &Bank,
    id: &Uuid,
    action: NearMatchAction,
) -> Result<Application, AppError> {
    let mut application = application::find(connection, id)?.ok_or(AppError::NotFound)?;
    let held = claim::find(connection, id)?;
    let evidence = held.as_ref().is_some_and(|claim| claim.sealed_evidence.is_some());
    application.state = application.state.apply(Event::Acknowledged { evidence })?;
    application.acknowledgement = Some(action);
    application.reasons.clear();
    match held.filter(|_| evidence) {
        Some(claim) => {
            reserve(connection, bank, &application, &claim)?;
            tell::portal(connection, &mut application, With::default())?;
        }
        None => {
            let claim = request_evidence(connection, bank, &application)?;
            tell::portal(connection, &mut application, With { claim: Some(&claim), ..With::default() })?;
        }
    }
    application.updated = now_ms();
    application::save(connection, &application, "acknowledge-near-match")?;
    Ok(application)
}
