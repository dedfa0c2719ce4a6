//! `POST /v1/partial-decryptions`, by the regulator.

use actix_web::HttpResponse;
use kontor_chassis::{
    Problem,
    auth::Peer,
    json::{Checkable, Checked},
};
use kontor_ledger::{MemberRole, RecordId};
use kontor_sealing::DocumentId;
use serde::Deserialize;
use serde_json::json;

use crate::{
    app::decrypt::decrypt,
    http::{State, require_role},
};

/// The request's body.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Body {
    access_record: RecordId,
    document: DocumentId,
    version: u32,
}

impl Checkable for Body {
    const SCHEMA: &'static str = "PartialDecryptionRequest";
}

/// This member's part.
pub async fn handle(service: State, peer: Peer, body: Checked<Body>) -> Result<HttpResponse, Problem> {
    require_role(&service, &peer, MemberRole::Regulator)?;
    let partial = decrypt(&service, body.access_record, body.document, body.version).await?;
    Ok(HttpResponse::Ok().json(json!({ "accessRecord": body.access_record, "partial": partial })))
}
