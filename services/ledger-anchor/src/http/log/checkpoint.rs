//! `GET /v1/checkpoints/latest` and, as text, `GET /v1/checkpoints/latest/note`

use actix_web::{HttpResponse, web};
use kontor_chassis::Problem;
use kontor_ledger::{block::BlockHeader, certificate::Certificate};
use serde_json::json;

use crate::{
    http::{App, problem},
    log,
};

/// The last certified block: size and root of the log, and the validators' certificate.
pub async fn latest(app: web::Data<App>) -> Result<HttpResponse, Problem> {
    let (block, certificate) = last(&app)?;
    let body = json!({ "size": block.log_size, "root": block.log_root, "block": block, "certificate": certificate });
    Ok(HttpResponse::Ok().json(body))
}

/// The same as a C2SP note, signed by this node while it is a validator.
pub async fn note(app: web::Data<App>) -> Result<HttpResponse, Problem> {
    let (block, _) = last(&app)?;
    let text = log::note(&log::origin(&app.node.network()), block.log_size, &block.log_root);
    let text = app.node.note_signer().map_or_else(|| text.clone(), |signer| signer.sign(&text));
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(text))
}

fn last(app: &App) -> Result<(BlockHeader, Certificate), Problem> {
    app.node.store().certified_last().map_err(problem::store)?.ok_or_else(Problem::not_found)
}
