//! `POST /v1/certificates`: a member's service has its certificate renewed.

use actix_web::{HttpResponse, web::Data};
use kontor_chassis::{
    Problem,
    auth::PeerCertificate,
    ca::Request,
    json::{Checkable, Checked},
};
use serde::{Deserialize, Serialize};

use super::{issuer, recorded};
use crate::{domain::certificate::Recording, error::Error, state::Marketplace, store};

/// The body.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewCertificate {
    csr: String,
}

impl Checkable for NewCertificate {
    const SCHEMA: &'static str = "NewCertificate";
}

/// The answer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Issued {
    serial: String,
    chain: String,
    not_after: kontor_ledger::time::Timestamp,
    record: kontor_ledger::record::RecordId,
}

/// Issues for the caller's own member and service, and answers when that is on the ledger.
pub async fn handle(
    held: PeerCertificate,
    market: Data<Marketplace>,
    body: Checked<NewCertificate>,
) -> Result<HttpResponse, Problem> {
    let issuer = issuer(&market)?;
    let request = Request::read(&body.into_inner().csr).map_err(Error::from)?;
    let (issues, held) = (issuer.clone(), held.0);
    let made = market.database.transaction("renew-certificate", move |c| issues.renew(c, &held, &request)).await?;
    let serial = made.terms.serial;
    recorded(&market, &issuer, move |c| {
        let known = store::certificate::find(c, &serial)?;
        Ok(known.map_or(Recording::Pending, |known| known.recording))
    })
    .await?;
    let issued =
        Issued { serial: serial.to_string(), chain: made.chain, not_after: made.terms.not_after, record: made.record };
    Ok(HttpResponse::Created().json(issued))
}
