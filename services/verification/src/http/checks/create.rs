//! `POST /v1/checks`, by the same bank's services.

use actix_web::HttpResponse;
use kontor_chassis::{
    Problem,
    auth::Peer,
    json::{Checkable, Checked},
};
use kontor_ledger::checks::CheckRequest;
use serde::Deserialize;

use crate::{app::check::check, http::State};

/// The request's body.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct Body(CheckRequest);

impl Checkable for Body {
    const SCHEMA: &'static str = "CheckRequest";
}

/// The signed report.
pub async fn handle(service: State, peer: Peer, body: Checked<Body>) -> Result<HttpResponse, Problem> {
    peer.require_member(service.keys.member.as_str())?;
    let Body(request) = body.into_inner();
    Ok(HttpResponse::Ok().json(check(&service, &request).await?))
}
