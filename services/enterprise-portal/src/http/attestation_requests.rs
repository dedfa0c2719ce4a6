//! Requests to banks for attestation.

pub mod answer;
pub mod create;
pub mod list;
pub mod show;

use kontor_ledger::{member::MemberId, time::Timestamp};
use serde::Serialize;

use crate::domain::{
    attestation::{Answer, AttestationRequest, State},
    id::Id,
    sealed::Sealed,
};

/// A request as its maker sees it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct View {
    id: Id<AttestationRequest>,
    bank: MemberId,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sealed_attestation: Option<Sealed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    created: Timestamp,
    updated: Timestamp,
}

impl From<AttestationRequest> for View {
    fn from(request: AttestationRequest) -> Self {
        let (state, sealed_attestation, reason) = match request.state {
            State::Requested => ("requested", None, None),
            State::Answered(Answer::Granted(sealed), reason) => ("granted", Some(sealed), reason),
            State::Answered(Answer::Declined, reason) => ("declined", None, reason),
        };
        Self {
            id: request.id,
            bank: request.bank,
            state,
            sealed_attestation,
            reason,
            created: request.created,
            updated: request.updated,
        }
    }
}
