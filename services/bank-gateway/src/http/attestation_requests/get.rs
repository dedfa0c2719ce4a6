//! `GET /v1/attestation-requests/{id}`, by staff.

use actix_web::{HttpResponse, web};
use kontor_chassis::{Problem, auth::Session};
use uuid::Uuid;

use crate::{
    app::{decide_attestation::profile, error::AppError},
    http::{State, show},
    store::attestation_request,
};

/// One request with its opened profile.
pub async fn handle(gateway: State, _: Session, id: web::Path<Uuid>) -> Result<HttpResponse, Problem> {
    let found =
        gateway.database.read(move |connection| attestation_request::find(connection, &id).map_err(AppError::from));
    let request = found.await?.ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok().json(show::attestation_request(&request, profile(&gateway.bank, &request).as_ref())))
}
