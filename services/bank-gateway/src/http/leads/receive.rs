//! `POST /v1/leads`, by the operator's marketplace.

use actix_web::HttpResponse;
use kontor_chassis::{
    Problem,
    auth::Peer,
    json::{Checkable, Checked},
};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    app::receive,
    http::{State, financing_requests::receive::answer, require_operator},
};

/// The request's body; its schema says what is in it.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct Body(Value);

impl Checkable for Body {
    const SCHEMA: &'static str = "IncomingLead";
}

/// Takes the lead over.
pub async fn handle(gateway: State, peer: Peer, body: Checked<Body>) -> Result<HttpResponse, Problem> {
    require_operator(&gateway, &peer)?;
    let Body(content) = body.into_inner();
    let id: Option<Uuid> = content.get("id").and_then(Value::as_str).and_then(|id| id.parse().ok());
    let id = id.ok_or_else(|| Problem::new(400, "schema", "The body does not satisfy its schema").pointer("/id"))?;
    let received =
        gateway.database.transaction("receive-lead", move |connection| receive::new_lead(connection, &id, &content));
    Ok(answer(&id, received.await?))
}
