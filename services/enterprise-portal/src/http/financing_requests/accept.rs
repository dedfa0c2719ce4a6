//! `POST /v1/financing-requests/{id}/acceptance`: the seller accepts the offer.

use actix_web::{
    HttpRequest,
    web::{Data, Path},
};
use kontor_chassis::{
    Problem,
    auth::Session,
    idempotency::{Answer, Key, once},
    json::{Checkable, Checked},
};
use kontor_sealing::Signature;
use serde::Deserialize;

use super::View;
use crate::{
    app::financing::{self, Acceptance},
    clock,
    domain::{financing_request::FinancingRequest, id::Id, sealed::Sealed},
    state::Portal,
};

/// The body.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct New {
    offer: String,
    signature: Signature,
    sealed_acceptance: Option<Sealed>,
}

impl Checkable for New {
    const SCHEMA: &'static str = "NewAcceptance";
}

/// Sends the acceptance to the bank, which checks the signature against its offer.
pub async fn handle(
    request: HttpRequest,
    session: Session,
    portal: Data<Portal>,
    id: Path<Id<FinancingRequest>>,
    body: Checked<New>,
) -> Result<Answer, Problem> {
    let key = Key::of(&request, session.account, body.raw())?;
    let New { offer, signature, sealed_acceptance } = body.into_inner();
    let acceptance = Acceptance { offer, signature, sealed: sealed_acceptance };
    once(&portal.database, "accept-offer", key, move |c| {
        let accepted = financing::accept(c, session.account, *id, &acceptance, clock::now())?;
        Answer::json(201, &View::from(accepted))
    })
    .await
}
