//! `GET /v1/documents/{id}/sealed`: the sealed document's bytes.

use actix_web::{
    HttpResponse,
    web::{Data, Path, Query},
};
use kontor_chassis::{Problem, auth::Session};
use kontor_sealing::DocumentId;
use serde::Deserialize;

use crate::{app::reading, clock, error::Error, state::Portal};

/// The query.
#[derive(Deserialize)]
pub struct Asked {
    version: Option<u32>,
}

/// From the portal's own store, or from the ledger for a document that came through another member.
pub async fn handle(
    session: Session,
    portal: Data<Portal>,
    id: Path<DocumentId>,
    asked: Query<Asked>,
) -> Result<HttpResponse, Problem> {
    let version = asked.version;
    let (digest, content) =
        portal.database.read(move |c| reading::sealed(c, session.account, &id, version, clock::now())).await?;
    let content = match content {
        Some(content) => content,
        None => portal.ledger.attachment(&digest).await?.ok_or(Error::NotFound)?,
    };
    Ok(HttpResponse::Ok()
        .content_type("application/octet-stream")
        .insert_header(("ETag", format!("\"{digest}\"")))
        .body(content))
}
