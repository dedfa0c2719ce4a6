//! `GET /v1/snapshots`

use actix_web::{HttpResponse, web};
use kontor_chassis::Problem;
use serde_json::json;

use crate::http::App;

/// What this node has, newest first, with its word for it.
pub async fn list(app: web::Data<App>) -> Result<HttpResponse, Problem> {
    let snapshots = app.snapshots.clone();
    let offers = web::block(move || snapshots.offers()).await.map_err(Problem::internal)?;
    let offers = offers.map_err(Problem::internal)?;
    Ok(HttpResponse::Ok().json(json!({ "snapshots": offers })))
}
