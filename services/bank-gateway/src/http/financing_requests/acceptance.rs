//! `POST /v1/financing-requests/{id}/acceptance`, by the operator's portal.

use actix_web::{HttpResponse, web};
use kontor_chassis::{
    Problem,
    auth::Peer,
    json::{Checkable, Checked},
};
use kontor_sealing::Signature;
use serde::Deserialize;
use uuid::Uuid;

use super::receive::answer;
use crate::{
    app::{accept_offer, check::now},
    http::{State, require_operator},
};

/// The request's body.
#[derive(Deserialize)]
pub struct Body {
    offer: String,
    signature: Signature,
}

impl Checkable for Body {
    const SCHEMA: &'static str = "IncomingAcceptance";
}

/// Takes the acceptance over; the claim is marked financed.
pub async fn handle(
    gateway: State,
    peer: Peer,
    id: web::Path<Uuid>,
    body: Checked<Body>,
) -> Result<HttpResponse, Problem> {
    require_operator(&gateway, &peer)?;
    let (bank, body, id) = (gateway.bank.clone(), body.into_inner(), id.into_inner());
    let accepted = gateway.database.transaction("accept-offer", move |connection| {
        accept_offer::accept(connection, &bank, &id, &body.offer, &body.signature, now())
    });
    Ok(answer(&id, accepted.await?))
}
