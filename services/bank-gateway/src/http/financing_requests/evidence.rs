//! `POST /v1/financing-requests/{id}/evidence`, by the operator's portal.

use actix_web::{HttpResponse, web};
use kontor_chassis::{
    Problem,
    auth::Peer,
    json::{Checkable, Checked},
};
use serde::Deserialize;
use uuid::Uuid;

use super::receive::answer;
use crate::{
    app::take_evidence,
    http::{State, require_operator},
};

/// The request's body.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Body {
    evidence: Uuid,
    sealed_evidence: String,
}

impl Checkable for Body {
    const SCHEMA: &'static str = "IncomingEvidence";
}

/// Takes the evidence over.
pub async fn handle(
    gateway: State,
    peer: Peer,
    id: web::Path<Uuid>,
    body: Checked<Body>,
) -> Result<HttpResponse, Problem> {
    require_operator(&gateway, &peer)?;
    let (bank, body) = (gateway.bank.clone(), body.into_inner());
    let evidence = body.evidence;
    let taken = gateway.database.transaction("take-evidence", move |connection| {
        take_evidence::take(connection, &bank, &id, &evidence, &body.sealed_evidence)
    });
    Ok(answer(&evidence, taken.await?))
}
