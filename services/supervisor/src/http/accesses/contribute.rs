//! `POST /v1/accesses/{id}/partials`: an officer's partial decryption.

use actix_web::{HttpResponse, web};
use kontor_chassis::{
    Problem,
    auth::Session,
    json::{Checkable, Checked},
};
use kontor_sealing::escrow::Partial;

use super::view;
use crate::{
    Supervisor,
    app::{
        approve::{Kind, find},
        read,
    },
    domain::filing::FilingState,
    http::problem,
    store::partials::{self, Holder},
};

/// A partial decryption with its proof.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPartial {
    partial: Partial,
}

impl Checkable for NewPartial {
    const SCHEMA: &'static str = "NewPartial";
}

/// Checks its proof and keeps it.
pub async fn contribute(
    _officer: Session,
    id: web::Path<String>,
    body: Checked<NewPartial>,
    supervisor: web::Data<Supervisor>,
) -> Result<HttpResponse, Problem> {
    let partial = body.into_inner().partial;
    let access = supervisor.database.read(move |connection| find(connection, Kind::Access, &id)).await?;
    access.require(FilingState::Recorded).map_err(problem::of)?;
    let sealed = read::sealed(&supervisor, &access).await?;
    let officers = &supervisor.genesis.escrow.regulator;
    partial.verify(officers, &sealed.header).map_err(|_| problem::bad_partial())?;
    let database = supervisor.database.clone();
    let view = database
        .transaction("keep-officer-share", move |connection| {
            partials::keep(connection, &access.id, Holder::Officers, &partial)?;
            view::of(connection, &access, &supervisor)
        })
        .await?;
    Ok(HttpResponse::Ok().json(view))
}
