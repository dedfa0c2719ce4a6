//! `GET /v1/attachments/{digest}`

use actix_web::{HttpResponse, http::header, web};
use kontor_chassis::Problem;
use kontor_sealing::Hash;
use serde::Deserialize;

use crate::http::{App, problem};

/// Where to look.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Query {
    /// Only here: how nodes ask each other, so that a question does not go round.
    #[serde(default)]
    local: bool,
}

/// The bytes, from here or from another member's node.
pub async fn show(
    app: web::Data<App>,
    digest: web::Path<Hash>,
    query: web::Query<Query>,
) -> Result<HttpResponse, Problem> {
    let found = if query.local { app.attachments.get(&digest).await } else { app.attachments.find(&digest).await };
    let bytes = found.map_err(problem::attachment)?.ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .content_type("application/octet-stream")
        .body(bytes))
}
