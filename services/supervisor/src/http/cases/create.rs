//! `POST /v1/cases`: draft a case.

use actix_web::{HttpRequest, web};
use kontor_chassis::{
    Problem,
    auth::Session,
    idempotency::{Answer, Key, once},
    json::{Checkable, Checked},
};
use kontor_ledger::record::CaseTerms;

use crate::{Supervisor, app::draft, http::filing};

/// A case's terms are what an officer drafts.
#[derive(serde::Deserialize)]
#[serde(transparent)]
pub struct NewCase(CaseTerms);

impl Checkable for NewCase {
    const SCHEMA: &'static str = "NewCase";
}

/// Keeps the draft.
pub async fn create(
    request: HttpRequest,
    officer: Session,
    body: Checked<NewCase>,
    supervisor: web::Data<Supervisor>,
) -> Result<Answer, Problem> {
    let key = Key::of(&request, officer.account, body.raw())?;
    let (terms, account) = (body.into_inner().0, officer.account.to_string());
    let database = supervisor.database.clone();
    once(&database, "draft-case", key, move |connection| {
        let drafted = draft::case(connection, terms.clone(), &account)?;
        Ok(Answer::json(201, &filing::case(&drafted, &supervisor)?)?.location(format!("/v1/cases/{}", drafted.id)))
    })
    .await
}
