//! `PUT /v1/attachments/{digest}`: uploads a sealed document, which goes on to the ledger's nodes.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path, Payload},
};
use kontor_chassis::{Problem, auth::Session, json};
use kontor_sealing::Hash;
use serde::Serialize;

use crate::{app::attachments, clock, error::Error, state::Portal};

#[derive(Serialize)]
struct View {
    digest: Hash,
    size: usize,
}

/// Checks that it is sealed, keeps it and sends it on.
pub async fn handle(
    request: HttpRequest,
    session: Session,
    portal: Data<Portal>,
    digest: Path<Hash>,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let digest = digest.into_inner();
    let content = json::read(&request, payload.into_inner()).await?;
    let size = content.len();
    let check = content.clone();
    let checked = tokio::task::spawn_blocking(move || attachments::check(&digest, &check)).await;
    checked.map_err(Problem::internal)??;
    let is_new = portal
        .database
        .transaction("store-attachment", move |c| {
            attachments::store(c, session.account, digest, &content, clock::now())
        })
        .await
        .map_err(|error: Error| Problem::from(error))?;
    let mut answer = if is_new { HttpResponse::Created() } else { HttpResponse::Ok() };
    Ok(answer.json(View { digest, size }))
}
