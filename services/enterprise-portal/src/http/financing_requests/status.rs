//! `PUT /v1/financing-requests/{id}/status`: the bank's gateway reports.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use kontor_chassis::{
    Problem,
    auth::Peer,
    json::{Checkable, Checked},
};

use crate::{
    app::financing,
    clock,
    domain::{
        financing_request::{BankReport, FinancingRequest},
        id::Id,
    },
    http::peer,
    state::Portal,
};

impl Checkable for BankReport {
    const SCHEMA: &'static str = "FinancingStatus";
}

/// Stores the report; one that is late is answered the same and changes nothing.
pub async fn handle(
    peer: Peer,
    portal: Data<Portal>,
    id: Path<Id<FinancingRequest>>,
    body: Checked<BankReport>,
) -> Result<HttpResponse, Problem> {
    let bank = peer::bank(&peer, &portal)?;
    let report = body.into_inner();
    portal
        .database
        .transaction("hear-bank", move |c| financing::hear(c, &bank, *id, report.clone(), clock::now()))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
