//! `GET /v1/cases/{id}`: one case.

use actix_web::{HttpResponse, web};
use kontor_chassis::{Problem, auth::Session};

use crate::{
    Supervisor,
    app::approve::{Kind, find},
    http::filing,
};

/// The case as it stands.
pub async fn show(
    _officer: Session,
    id: web::Path<String>,
    supervisor: web::Data<Supervisor>,
) -> Result<HttpResponse, Problem> {
    let found = supervisor.database.read(move |connection| find(connection, Kind::Case, &id)).await?;
    Ok(HttpResponse::Ok().json(filing::case(&found, &supervisor)?))
}
