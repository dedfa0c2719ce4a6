//! `GET /v1/applications/{id}/messages/{message}`, by staff.

use actix_web::{HttpResponse, web};
use kontor_chassis::{Problem, auth::Session};
use uuid::Uuid;

use crate::{
    app::{error::AppError, messages::about},
    http::State,
    store::message,
};

/// An ISO 20022 message as it was made.
pub async fn handle(gateway: State, _: Session, path: web::Path<(Uuid, String)>) -> Result<HttpResponse, Problem> {
    let (id, name) = path.into_inner();
    let wanted = name.clone();
    let found =
        gateway.database.read(move |connection| message::find(connection, &id, &wanted).map_err(AppError::from));
    let sealed = found.await?.ok_or_else(Problem::not_found)?;
    let xml: String = gateway.bank.reveal(&about(&id, &name), &sealed).map_err(AppError::from)?;
    Ok(HttpResponse::Ok().content_type("application/xml").body(xml))
}
