//! Requests for the parties' one-time keys.

pub mod answer;
pub mod create;
pub mod list;
pub mod show;

use kontor_ledger::time::Timestamp;
use kontor_sealing::{DocumentId, PublicKey, Role};
use serde::Serialize;

use crate::domain::{handle::Handle, id::Id, role_request::RoleRequest, sealed::Sealed};

/// A request as both sides see it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct View {
    id: Id<RoleRequest>,
    requester: Handle,
    party: Handle,
    document: DocumentId,
    role: Role,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    role_key: Option<PublicKey>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sealed_proof: Option<Sealed>,
    created: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    answered: Option<Timestamp>,
}

impl From<RoleRequest> for View {
    fn from(request: RoleRequest) -> Self {
        let answer = request.answer;
        Self {
            id: request.id,
            requester: request.requester.1,
            party: request.party.1,
            document: request.document,
            role: request.role,
            state: if answer.is_some() { "answered" } else { "requested" },
            role_key: answer.as_ref().map(|answer| answer.role_key),
            answered: answer.as_ref().map(|answer| answer.at),
            sealed_proof: answer.map(|answer| answer.proof),
            created: request.created,
        }
    }
}
