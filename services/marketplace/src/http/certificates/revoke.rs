//! `POST /v1/certificates/{serial}/revocation`: a member, or the operator's administrator, revokes a certificate.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use kontor_chassis::{
    Problem,
    auth::Peer,
    json::{Checkable, Checked},
};
use kontor_ledger::{
    network_certificate::{CertificateSerial, RevocationReason},
    record::RecordId,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

use super::{issuer, recorded};
use crate::{
    clock,
    domain::certificate::{Recording, may_revoke},
    error::Error,
    state::Marketplace,
    store,
};

/// The body.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewRevocation {
    reason: RevocationReason,
}

impl Checkable for NewRevocation {
    const SCHEMA: &'static str = "NewRevocation";
}

/// The answer.
#[derive(Serialize)]
pub struct Revoked {
    serial: CertificateSerial,
    reason: RevocationReason,
    at: Timestamp,
    record: RecordId,
}

/// Revokes at once, and answers when that is on the ledger.
pub async fn handle(
    peer: Peer,
    market: Data<Marketplace>,
    serial: Path<CertificateSerial>,
    body: Checked<NewRevocation>,
) -> Result<HttpResponse, Problem> {
    let issuer = issuer(&market)?;
    let (serial, reason) = (serial.into_inner(), body.into_inner().reason);
    let (revokes, operator) = (issuer.clone(), market.operator);
    let revoke = move |c: &mut _| {
        let known = store::certificate::find(c, &serial)?.ok_or(Error::NotFound)?;
        if !may_revoke(&peer, &operator, &known.terms.member) {
            return Err(Error::NotYours);
        }
        revokes.revoke(c, &serial, reason, clock::now())
    };
    let made = market.database.transaction("revoke-certificate", revoke).await?;
    recorded(&market, &issuer, move |c| {
        let known = store::certificate::find_revocation(c, &serial)?;
        Ok(known.map_or(Recording::Pending, |known| known.recording))
    })
    .await?;
    Ok(HttpResponse::Ok().json(Revoked { serial, reason: made.reason, at: made.at, record: made.record }))
}
