//! `POST /v1/attestation-requests`, by the operator's portal.

use actix_web::HttpResponse;
use kontor_chassis::{
    Problem,
    auth::Peer,
    database::now_ms,
    json::{Checkable, Checked},
};
use kontor_sealing::{EncryptionPublicKey, PublicKey};
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    app::receive,
    http::{State, financing_requests::receive::answer, require_operator},
    store::attestation_request::AttestationRequest,
};

/// The request's body.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Body {
    id: Uuid,
    handle: String,
    identity_key: PublicKey,
    encryption_key: EncryptionPublicKey,
    sealed_profile: String,
}

impl Checkable for Body {
    const SCHEMA: &'static str = "IncomingAttestationRequest";
}

/// Takes the request over.
pub async fn handle(gateway: State, peer: Peer, body: Checked<Body>) -> Result<HttpResponse, Problem> {
    require_operator(&gateway, &peer)?;
    let body = body.into_inner();
    let new = AttestationRequest {
        id: body.id,
        handle: body.handle,
        identity_key: body.identity_key,
        encryption_key: body.encryption_key,
        sealed_profile: body.sealed_profile,
        decision: None,
        received: now_ms(),
    };
    let id = new.id;
    let received = gateway
        .database
        .transaction("receive-attestation-request", move |connection| receive::attestation_request(connection, &new));
    Ok(answer(&id, received.await?))
}
