//! Requests for financing.

pub mod accept;
pub mod choose;
pub mod create;
pub mod evidence;
pub mod list;
pub mod show;
pub mod status;

use kontor_ledger::{
    member::MemberId,
    record::{ClaimId, RecordId},
    time::Timestamp,
};
use kontor_sealing::{DocumentId, PublicKey};
use serde::Serialize;

use crate::domain::{
    financing::State,
    financing_request::{ClaimTerms, FinancingRequest, StatusReason},
    id::Id,
    outline::{Match, Outline},
    sealed::Sealed,
};

/// A request as its maker sees it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct View {
    id: Id<FinancingRequest>,
    document: DocumentId,
    version: u32,
    state: State,
    #[serde(skip_serializing_if = "Option::is_none")]
    bank: Option<MemberId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grant_record: Option<RecordId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outline: Option<Outline>,
    #[serde(skip_serializing_if = "Option::is_none")]
    matches: Option<Vec<Match>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    claim_key: Option<PublicKey>,
    #[serde(skip_serializing_if = "Option::is_none")]
    claim_terms: Option<ClaimTerms>,
    #[serde(skip_serializing_if = "Option::is_none")]
    claim_record: Option<ClaimId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sealed_offer: Option<Sealed>,
    reasons: Vec<StatusReason>,
    created: Timestamp,
    updated: Timestamp,
}

impl From<FinancingRequest> for View {
    fn from(request: FinancingRequest) -> Self {
        let approach = request.approach;
        Self {
            id: request.id,
            document: request.document,
            version: request.version,
            state: request.state,
            bank: approach.as_ref().map(|approach| approach.bank),
            grant_record: approach.as_ref().map(|approach| approach.grant),
            outline: request.outline,
            matches: request.matches,
            claim_key: request.claim_key,
            claim_terms: request.claim_terms,
            claim_record: request.claim_record,
            sealed_offer: request.offer,
            reasons: request.reasons,
            created: request.created,
            updated: request.updated,
        }
    }
}
