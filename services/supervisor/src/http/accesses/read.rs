//! `GET /v1/accesses/{id}/document`: the document in clear.

use actix_web::{HttpResponse, http::header, web};
use kontor_chassis::{Problem, auth::Session};

use crate::{Supervisor, app::read};

/// Opens it for this answer only.
pub async fn read(
    officer: Session,
    id: web::Path<String>,
    supervisor: web::Data<Supervisor>,
) -> Result<HttpResponse, Problem> {
    let disclosure = read::document(&supervisor, &id, &officer.account.to_string()).await?;
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(disclosure))
}
