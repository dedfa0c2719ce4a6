//! `POST /v1/applications/{id}/decline`, by staff.

use actix_web::{HttpRequest, web};
use kontor_chassis::{
    Problem,
    auth::Session,
    idempotency::{self, Answer, Key},
    json::Checked,
};
use uuid::Uuid;

use super::get::whole;
use crate::{
    app::decline::decline,
    http::{State, attestation_requests::decline::Body},
};

/// Declines; a standing claim is released.
pub async fn handle(
    gateway: State,
    session: Session,
    id: web::Path<Uuid>,
    http: HttpRequest,
    body: Checked<Body>,
) -> Result<Answer, Problem> {
    let key = Key::of(&http, session.account, body.raw())?;
    let (bank, reason) = (gateway.bank.clone(), body.into_inner().reason);
    idempotency::once(&gateway.database, "decline-application", key, move |connection| {
        let changed = decline(connection, &bank, &id, &reason)?;
        Answer::json(200, &whole(connection, &bank, &changed)?)
    })
    .await
}
