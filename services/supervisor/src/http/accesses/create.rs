//! `POST /v1/cases/{id}/accesses`: ask to read a document.

use actix_web::{HttpRequest, web};
use kontor_chassis::{
    Problem,
    auth::Session,
    idempotency::{Answer, Key, once},
    json::{Checkable, Checked},
};
use kontor_sealing::document::DocumentId;

use super::view;
use crate::{
    Supervisor,
    app::draft::{self, Wanted},
};

/// A document to be read.
#[derive(Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAccess {
    document: DocumentId,
    version: u32,
    reason: String,
}

impl Checkable for NewAccess {
    const SCHEMA: &'static str = "NewAccess";
}

/// Keeps the request.
pub async fn create(
    request: HttpRequest,
    officer: Session,
    case: web::Path<String>,
    body: Checked<NewAccess>,
    supervisor: web::Data<Supervisor>,
) -> Result<Answer, Problem> {
    let key = Key::of(&request, officer.account, body.raw())?;
    let (wanted, account) = (body.into_inner(), officer.account.to_string());
    let database = supervisor.database.clone();
    once(&database, "request-access", key, move |connection| {
        let NewAccess { document, version, reason } = wanted.clone();
        let drafted = draft::access(connection, &case, Wanted { document, version, reason }, &account)?;
        let answer = Answer::json(201, &view::of(connection, &drafted, &supervisor)?)?;
        Ok(answer.location(format!("/v1/accesses/{}", drafted.id)))
    })
    .await
}
