//! Telling the portal how an application stands, in the transaction that changed it.

use kontor_chassis::{database::Connection, outbox};
use kontor_ledger::record::RecordId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::AppError;
use crate::{
    domain::status::Status,
    store::{application::Application, claim::Claim},
};

/// The outbox kind.
pub const PORTAL_STATUS: &str = "portal-status";

/// What the outbox holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Told {
    /// The request.
    pub request: Uuid,
    /// What is told of it.
    pub status: Status,
}

/// What goes with the state.
#[derive(Debug, Default)]
pub struct With<'a> {
    /// Its key and terms, when evidence is requested.
    pub claim: Option<&'a Claim>,
    /// The offer, sealed to the seller.
    pub sealed_offer: Option<String>,
    /// The reservation.
    pub claim_record: Option<RecordId>,
}

/// Numbers a status and puts it into the outbox. Call it before the application is saved: it raises the number.
///
/// # Errors
/// [`AppError`].
pub fn portal(connection: &mut Connection, application: &mut Application, with: With<'_>) -> Result<(), AppError> {
    application.sequence = application.sequence.saturating_add(1);
    let status = Status {
        state: application.state.portal_name().to_owned(),
        sequence: application.sequence,
        claim_key: with.claim.map(|claim| claim.key),
        claim_terms: with.claim.map(|claim| claim.terms.into()),
        reasons: application.reasons.clone(),
        sealed_offer: with.sealed_offer,
        claim_record: with.claim_record,
    };
    let told = Told { request: application.id, status };
    let (lane, key) = (format!("portal:{}", application.id), format!("{}-{}", application.id, application.sequence));
    Ok(outbox::enqueue(connection, PORTAL_STATUS, &lane, &told, &key)?)
}
