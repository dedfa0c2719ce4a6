//! `GET /v1/records/{id}`

use actix_web::{HttpResponse, web};
use kontor_chassis::Problem;
use kontor_ledger::record::RecordId;

use super::view::Shown;
use crate::http::{App, problem};

/// The record as the log has it; 404 until it is final here.
pub async fn show(app: web::Data<App>, id: web::Path<RecordId>) -> Result<HttpResponse, Problem> {
    let entry = app.node.find(&id).map_err(problem::store)?.ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok().json(Shown::try_from(&entry).map_err(problem::store)?))
}
