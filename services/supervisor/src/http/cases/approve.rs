//! `POST /v1/cases/{id}/approvals`: an officer's signature over a case's terms.

use actix_web::{HttpResponse, web};
use kontor_chassis::{
    Problem,
    auth::Session,
    json::{Checkable, Checked},
};
use kontor_ledger::record::Approval;

use crate::{
    Supervisor,
    app::approve::{self, Kind},
    http::filing,
};

/// An officer's signature.
#[derive(serde::Deserialize)]
#[serde(transparent)]
pub struct NewApproval(pub Approval);

impl Checkable for NewApproval {
    const SCHEMA: &'static str = "Approval";
}

/// Checks and keeps it.
pub async fn approve(
    _officer: Session,
    id: web::Path<String>,
    body: Checked<NewApproval>,
    supervisor: web::Data<Supervisor>,
) -> Result<HttpResponse, Problem> {
    let approval = body.into_inner().0;
    let genesis = supervisor.genesis.clone();
    let approved = supervisor
        .database
        .transaction("approve-case", move |connection| {
            approve::approve(connection, &genesis, Kind::Case, &id, &approval)
        })
        .await?;
    Ok(HttpResponse::Ok().json(filing::case(&approved, &supervisor)?))
}
