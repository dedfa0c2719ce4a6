//! `POST /v1/attestation-requests/{id}/grant`, by staff.

use actix_web::{HttpRequest, web};
use kontor_chassis::{
    Problem,
    auth::Session,
    idempotency::{self, Answer, Key},
    json::{Checkable, Checked},
};
use kontor_ledger::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    app::{check::now, decide_attestation, error::AppError},
    http::{State, show},
    store::attestation_request,
};

/// The request's body.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Body {
    #[serde(default)]
    expires: Option<Timestamp>,
}

impl Checkable for Body {
    const SCHEMA: &'static str = "AttestationDecision";
}

/// Attests.
pub async fn handle(
    gateway: State,
    session: Session,
    id: web::Path<Uuid>,
    http: HttpRequest,
    body: Checked<Body>,
) -> Result<Answer, Problem> {
    let key = Key::of(&http, session.account, body.raw())?;
    let id = id.into_inner();
    let found =
        gateway.database.read(move |connection| attestation_request::find(connection, &id).map_err(AppError::from));
    let request = found.await?.ok_or_else(Problem::not_found)?;
    let decision = decide_attestation::prepare(&gateway.bank, &request, body.expires, now(), &session.login)?;
    let profile = decide_attestation::profile(&gateway.bank, &request);
    idempotency::once(&gateway.database, "grant-attestation", key, move |connection| {
        let decided = decide_attestation::decide(connection, &id, &decision)?;
        Answer::json(200, &show::attestation_request(&decided, profile.as_ref()))
    })
    .await
}
