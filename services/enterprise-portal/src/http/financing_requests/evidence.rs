//! `POST /v1/financing-requests/{id}/evidence`: the seller's proofs for the bank's claim.

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
use serde::Deserialize;

use super::View;
use crate::{
    app::financing,
    clock,
    domain::{financing_request::FinancingRequest, id::Id, sealed::Sealed},
    state::Portal,
};

/// The body.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct New {
    sealed_evidence: Sealed,
}

impl Checkable for New {
    const SCHEMA: &'static str = "NewEvidence";
}

/// Sends the proofs to the bank.
pub async fn handle(
    request: HttpRequest,
    session: Session,
    portal: Data<Portal>,
    id: Path<Id<FinancingRequest>>,
    body: Checked<New>,
) -> Result<Answer, Problem> {
    let key = Key::of(&request, session.account, body.raw())?;
    let evidence = body.into_inner().sealed_evidence;
    once(&portal.database, "give-evidence", key, move |c| {
        let given = financing::give_evidence(c, session.account, *id, &evidence, clock::now())?;
        Answer::json(201, &View::from(given))
    })
    .await
}
