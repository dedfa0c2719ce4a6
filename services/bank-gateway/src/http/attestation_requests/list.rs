//! `GET /v1/attestation-requests`, by staff.

use actix_web::{HttpResponse, web};
use kontor_chassis::{Problem, auth::Session};

use crate::{
    app::{decide_attestation::profile, error::AppError},
    http::{State, show},
    store::{
        attestation_request,
        page::{Page, cut},
    },
};

/// A page of requests, newest first.
pub async fn handle(gateway: State, _: Session, page: web::Query<Page>) -> Result<HttpResponse, Problem> {
    let (start, limit) = (page.start()?, page.limit()?);
    let found = gateway
        .database
        .read(move |connection| attestation_request::list(connection, start.as_ref(), limit).map_err(AppError::from));
    let (requests, next) = cut(found.await?, limit, |request| (request.received, request.id.to_string()));
    let items = requests
        .iter()
        .map(|request| show::attestation_request(request, profile(&gateway.bank, request).as_ref()))
        .collect();
    Ok(HttpResponse::Ok().json(show::page(items, next)))
}
