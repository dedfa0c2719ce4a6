//! `POST /v1/financing-requests`, by the operator's portal.

use actix_web::HttpResponse;
use kontor_chassis::{
    Problem,
    auth::Peer,
    json::{Checkable, Checked},
};
use kontor_ledger::RecordId;
use kontor_sealing::{DocumentId, EncryptionPublicKey, PublicKey};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use crate::{
    app::receive::{self, NewApplication, Received},
    http::{State, require_operator},
};

/// The request's body.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Body {
    id: Uuid,
    document: DocumentId,
    version: u32,
    grant_record: RecordId,
    sealed_terms: String,
    identity_key: PublicKey,
    encryption_key: EncryptionPublicKey,
}

impl Checkable for Body {
    const SCHEMA: &'static str = "IncomingFinancingRequest";
}

/// Takes the request over; the checks begin.
pub async fn handle(gateway: State, peer: Peer, body: Checked<Body>) -> Result<HttpResponse, Problem> {
    require_operator(&gateway, &peer)?;
    let body = body.into_inner();
    let new = NewApplication {
        id: body.id,
        document: body.document,
        version: body.version,
        grant_record: body.grant_record,
        sealed_terms: body.sealed_terms,
        identity_key: body.identity_key,
        encryption_key: body.encryption_key,
    };
    let id = new.id;
    let received = gateway
        .database
        .transaction("receive-financing-request", move |connection| receive::financing_request(connection, &new));
    Ok(answer(&id, received.await?))
}

/// 201 the first time, 200 from then on.
pub fn answer(id: &Uuid, received: Received) -> HttpResponse {
    let mut answer = match received {
        Received::New => HttpResponse::Created(),
        Received::Before => HttpResponse::Ok(),
    };
    answer.json(json!({ "id": id }))
}
