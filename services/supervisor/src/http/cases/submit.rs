//! `POST /v1/cases/{id}/submission`: put an approved case on the ledger.

use actix_web::{HttpResponse, web};
use kontor_chassis::{
    Problem,
    auth::Session,
    json::{Checkable, Checked},
};
use kontor_ledger::record::Record;

use crate::{
    Supervisor,
    app::approve::{self, Kind},
    http::filing,
};

/// The record that an officer signed.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Submission {
    /// Says exactly what was approved.
    pub record: Record,
}

impl Checkable for Submission {
    const SCHEMA: &'static str = "Submission";
}

/// Checks it against the approvals and sends it.
pub async fn submit(
    _officer: Session,
    id: web::Path<String>,
    body: Checked<Submission>,
    supervisor: web::Data<Supervisor>,
) -> Result<HttpResponse, Problem> {
    let record = body.into_inner().record;
    let (genesis, member) = (supervisor.genesis.clone(), supervisor.member);
    let submitted = supervisor
        .database
        .transaction("submit-case", move |connection| {
            approve::submit(connection, &genesis, &member, Kind::Case, &id, &record)
        })
        .await?;
    Ok(HttpResponse::Accepted().json(filing::case(&submitted, &supervisor)?))
}
