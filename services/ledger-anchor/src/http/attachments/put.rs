//! `PUT /v1/attachments/{digest}`

use actix_web::{HttpRequest, HttpResponse, web};
use kontor_chassis::{Problem, auth::Peer, json};
use kontor_sealing::Hash;

use crate::http::{App, problem};

/// Keeps an attachment; the other nodes fetch it when a record names it.
pub async fn put(
    app: web::Data<App>,
    _member: Peer,
    digest: web::Path<Hash>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let bytes = json::read(&request, payload.into_inner()).await?;
    app.attachments.put(&digest, bytes).await.map_err(problem::attachment)?;
    Ok(HttpResponse::NoContent().finish())
}
