//! `POST /v1/accesses/{id}/submission`: put an approved access on the ledger.

use actix_web::{HttpResponse, web};
use kontor_chassis::{Problem, auth::Session, json::Checked};

use super::view;
use crate::{
    Supervisor,
    app::approve::{self, Kind},
    http::cases::Submission,
};

/// Checks it against the approvals and sends it.
pub async fn submit(
    _officer: Session,
    id: web::Path<String>,
    body: Checked<Submission>,
    supervisor: web::Data<Supervisor>,
) -> Result<HttpResponse, Problem> {
    let record = body.into_inner().record;
    let database = supervisor.database.clone();
    let view = database
        .transaction("submit-access", move |connection| {
            let (genesis, member) = (&supervisor.genesis, &supervisor.member);
            let submitted = approve::submit(connection, genesis, member, Kind::Access, &id, &record)?;
            view::of(connection, &submitted, &supervisor)
        })
        .await?;
    Ok(HttpResponse::Accepted().json(view))
}
