//! `GET /v1/records/{id}/receipt`

use actix_web::{HttpResponse, web};
use kontor_chassis::Problem;
use kontor_ledger::record::RecordId;

use crate::http::{App, problem};

/// The receipt under the first certificate that covers the record.
pub async fn receipt(app: web::Data<App>, id: web::Path<RecordId>) -> Result<HttpResponse, Problem> {
    let node = app.node.clone();
    let receipt = web::block(move || node.receipt(&id)).await.map_err(Problem::internal)?;
    let receipt = receipt.map_err(problem::store)?.ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok().json(receipt))
}
