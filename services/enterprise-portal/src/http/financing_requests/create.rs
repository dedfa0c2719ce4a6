//! `POST /v1/financing-requests`: asks one bank, or has the marketplace match the request.

use actix_web::{HttpRequest, web::Data};
use kontor_chassis::{
    Problem,
    auth::Session,
    idempotency::{Answer, Key, guard},
    json::{Checkable, Checked},
};
use kontor_ledger::{member::MemberId, record::RecordId};
use kontor_sealing::DocumentId;
use serde::Deserialize;

use super::View;
use crate::{
    app::financing::{self, NewRequest},
    clock,
    domain::{enterprise::AccountId, financing::State, financing_request::Approach, outline::Outline, sealed::Sealed},
    state::Portal,
};

/// The body.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct New {
    document: DocumentId,
    version: Option<u32>,
    bank: Option<MemberId>,
    grant_record: Option<RecordId>,
    sealed_terms: Option<Sealed>,
    outline: Option<Outline>,
}

impl Checkable for New {
    const SCHEMA: &'static str = "NewFinancingRequest";
}

/// Stores the request; without a bank it waits a little for the marketplace's answer.
pub async fn handle(
    request: HttpRequest,
    session: Session,
    portal: Data<Portal>,
    body: Checked<New>,
) -> Result<Answer, Problem> {
    let key = Key::of(&request, session.account, body.raw())?;
    let New { document, version, bank, grant_record, sealed_terms, outline } = body.into_inner();
    // The schema lets the three come together or not at all.
    let approach = match (bank, grant_record, sealed_terms) {
        (Some(bank), Some(grant), Some(terms)) => Some(Approach { bank: portal.bank(bank)?, grant, terms }),
        _ => None,
    };
    let new = NewRequest { document, version, approach, outline };
    guard(&portal.database, key, create(&portal, session.account, new)).await
}

async fn create(portal: &Portal, account: AccountId, new: NewRequest) -> Result<Answer, Problem> {
    let made = portal
        .database
        .transaction("request-financing", move |c| financing::create(c, account, new.clone(), clock::now()))
        .await?;
    let id = made.id;
    let look = || async move {
        let found = portal.database.read(move |c| financing::own(c, account, id)).await?;
        Ok::<_, Problem>((found.state != State::Matching).then_some(found))
    };
    let shown = portal.changes.wait(portal.patience, look).await?.unwrap_or(made);
    Ok(Answer::json(201, &View::from(shown))?.location(format!("/v1/financing-requests/{id}")))
}
