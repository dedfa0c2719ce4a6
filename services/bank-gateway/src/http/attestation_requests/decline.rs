//! `POST /v1/attestation-requests/{id}/decline`, by staff.

use actix_web::{HttpRequest, web};
use kontor_chassis::{
    Problem,
    auth::Session,
    database::now_ms,
    idempotency::{self, Answer, Key},
    json::{Checkable, Checked},
};
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    app::decide_attestation,
    http::{State, show},
    store::attestation_request::{Decision, Verdict},
};

/// The request's body.
#[derive(Deserialize)]
pub struct Body {
    /// The applicant reads it.
    pub reason: String,
}

impl Checkable for Body {
    const SCHEMA: &'static str = "Decline";
}

/// Declines.
pub async fn handle(
    gateway: State,
    session: Session,
    id: web::Path<Uuid>,
    http: HttpRequest,
    body: Checked<Body>,
) -> Result<Answer, Problem> {
    let key = Key::of(&http, session.account, body.raw())?;
    let verdict = Verdict::Declined { reason: body.into_inner().reason };
    let decision = Decision { verdict, at: now_ms(), by: session.login };
    let bank = gateway.bank.clone();
    idempotency::once(&gateway.database, "decline-attestation", key, move |connection| {
        let decided = decide_attestation::decide(connection, &id, &decision)?;
        let profile = decide_attestation::profile(&bank, &decided);
        Answer::json(200, &show::attestation_request(&decided, profile.as_ref()))
    })
    .await
}
