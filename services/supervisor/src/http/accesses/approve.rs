//! `POST /v1/accesses/{id}/approvals`: an officer's signature over an access's terms.

use actix_web::{HttpResponse, web};
use kontor_chassis::{Problem, auth::Session, json::Checked};

use super::view;
use crate::{
    Supervisor,
    app::approve::{self, Kind},
    http::cases::NewApproval,
};

/// Checks and keeps it.
pub async fn approve(
    _officer: Session,
    id: web::Path<String>,
    body: Checked<NewApproval>,
    supervisor: web::Data<Supervisor>,
) -> Result<HttpResponse, Problem> {
    let approval = body.into_inner().0;
    let database = supervisor.database.clone();
    let view = database
        .transaction("approve-access", move |connection| {
            let approved = approve::approve(connection, &supervisor.genesis, Kind::Access, &id, &approval)?;
            view::of(connection, &approved, &supervisor)
        })
        .await?;
    Ok(HttpResponse::Ok().json(view))
}
