//! `POST /v1/role-requests`: asks a party for its one-time key in a document that is about to be sealed.

use actix_web::{HttpRequest, web::Data};
use kontor_chassis::{
    Problem,
    auth::Session,
    idempotency::{Answer, Key, once},
    json::{Checkable, Checked},
};
use kontor_sealing::{DocumentId, Role};
use serde::Deserialize;

use super::View;
use crate::{app::role_keys, clock, domain::handle::Handle, state::Portal};

/// The body.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct New {
    party: Handle,
    document: DocumentId,
    role: Role,
}

impl Checkable for New {
    const SCHEMA: &'static str = "NewRoleRequest";
}

/// Stores the request, which the party finds in its list.
pub async fn handle(
    request: HttpRequest,
    session: Session,
    portal: Data<Portal>,
    body: Checked<New>,
) -> Result<Answer, Problem> {
    let key = Key::of(&request, session.account, body.raw())?;
    let new = body.into_inner();
    once(&portal.database, "request-role-key", key, move |c| {
        let made = role_keys::request(c, session.account, &new.party, new.document, new.role, clock::now())?;
        let location = format!("/v1/role-requests/{}", made.id);
        Ok(Answer::json(201, &View::from(made))?.location(location))
    })
    .await
}
