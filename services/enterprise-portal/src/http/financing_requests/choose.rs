//! `POST /v1/financing-requests/{id}/banks`: the seller chooses among the matches.

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
use kontor_ledger::{member::MemberId, record::RecordId};
use serde::Deserialize;

use super::View;
use crate::{
    app::financing,
    clock,
    domain::{
        financing_request::{Approach, FinancingRequest},
        id::Id,
        sealed::Sealed,
    },
    state::Portal,
};

/// The body.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Chosen {
    bank: MemberId,
    grant_record: RecordId,
    sealed_terms: Sealed,
}

impl Checkable for Chosen {
    const SCHEMA: &'static str = "ChosenBank";
}

/// Sends the request to the bank.
pub async fn handle(
    request: HttpRequest,
    session: Session,
    portal: Data<Portal>,
    id: Path<Id<FinancingRequest>>,
    body: Checked<Chosen>,
) -> Result<Answer, Problem> {
    let key = Key::of(&request, session.account, body.raw())?;
    let Chosen { bank, grant_record, sealed_terms } = body.into_inner();
    let approach = Approach { bank: portal.bank(bank)?, grant: grant_record, terms: sealed_terms };
    once(&portal.database, "choose-bank", key, move |c| {
        let chosen = financing::choose(c, session.account, *id, approach.clone(), clock::now())?;
        Answer::json(201, &View::from(chosen))
    })
    .await
}
