//! `GET /v1/proofs/consistency?from=&to=`

use actix_web::{HttpResponse, web};
use kontor_chassis::Problem;
use serde::Deserialize;
use serde_json::json;

use crate::http::{App, problem};

/// Which two sizes of the log.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Query {
    from: u64,
    to: u64,
}

/// The proof that the log of `from` records begins the log of `to` records.
pub async fn consistency(app: web::Data<App>, query: web::Query<Query>) -> Result<HttpResponse, Problem> {
    let Query { from, to } = query.into_inner();
    if to > app.node.progress().borrow().size {
        return Err(Problem::not_found());
    }
    let tiles = app.node.store().tiles().clone();
    let proof = web::block(move || tiles.consistency(from, to)).await.map_err(Problem::internal)?;
    let proof = proof.map_err(Problem::internal)?;
    let proof = proof.ok_or_else(|| problem::malformed("from must be at least 1 and at most to"))?;
    Ok(HttpResponse::Ok().json(json!({ "from": from, "to": to, "proof": proof })))
}
