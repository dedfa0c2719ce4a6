//! `POST /v1/attestation-requests`: asks a bank to attest who the caller is.

use actix_web::{HttpRequest, web::Data};
use kontor_chassis::{
    Problem,
    auth::Session,
    idempotency::{Answer, Key, once},
    json::{Checkable, Checked},
};
use kontor_ledger::member::MemberId;
use serde::Deserialize;

use super::View;
use crate::{app::attestation, clock, domain::sealed::Sealed, state::Portal};

/// The body.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct New {
    bank: MemberId,
    sealed_profile: Sealed,
}

impl Checkable for New {
    const SCHEMA: &'static str = "NewAttestationRequest";
}

/// Stores the request and sends it to the bank.
pub async fn handle(
    request: HttpRequest,
    session: Session,
    portal: Data<Portal>,
    body: Checked<New>,
) -> Result<Answer, Problem> {
    let key = Key::of(&request, session.account, body.raw())?;
    let bank = portal.bank(body.bank)?;
    let profile = body.into_inner().sealed_profile;
    once(&portal.database, "request-attestation", key, move |c| {
        let made = attestation::request(c, session.account, bank, profile.clone(), clock::now())?;
        let location = format!("/v1/attestation-requests/{}", made.id);
        Ok(Answer::json(201, &View::from(made))?.location(location))
    })
    .await
}
