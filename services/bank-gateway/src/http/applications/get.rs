//! `GET /v1/applications/{id}`, by staff.

use actix_web::{HttpResponse, web};
use kontor_chassis::{Problem, auth::Session, database::Connection};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    app::{bank::Bank, check::reopen, error::AppError},
    http::{State, show},
    store::{
        application::{self, Application},
        claim, ledger_record, message, offer,
    },
};

/// One application with everything that the bank may see of it.
pub async fn handle(gateway: State, _: Session, id: web::Path<Uuid>) -> Result<HttpResponse, Problem> {
    let bank = gateway.bank.clone();
    let shown = gateway.database.read(move |connection| {
        let found = application::find(connection, &id)?.ok_or(AppError::NotFound)?;
        whole(connection, &bank, &found)
    });
    Ok(HttpResponse::Ok().json(shown.await?))
}

/// An application as the API shows it, with all that belongs to it.
pub fn whole(connection: &mut Connection, bank: &Bank, found: &Application) -> Result<Value, AppError> {
    let opened = reopen(bank, found)?;
    let (claim, offer) = (claim::find(connection, &found.id)?, offer::last(connection, &found.id)?);
    let (records, messages) = (ledger_record::of(connection, &found.id)?, message::names(connection, &found.id)?);
    Ok(show::application(&show::Parts {
        application: found,
        opened: &opened,
        claim: claim.as_ref(),
        records: &records,
        offer: offer.as_ref(),
        messages: &messages,
    }))
}
