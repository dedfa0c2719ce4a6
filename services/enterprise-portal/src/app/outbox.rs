//! What the portal sends, and in which lanes.

use kontor_chassis::{
    database::Connection,
    outbox::{EnqueueError, enqueue},
};
use kontor_ledger::{member::MemberId, record::RecordId};
use kontor_sealing::Hash;
use serde::{Deserialize, Serialize};

use crate::domain::{enterprise::AccountId, financing_request::FinancingRequest, id::Id, outline::Outline};

/// To a bank's gateway.
pub const GATEWAY: &str = "gateway";
/// To the marketplace.
pub const MARKETPLACE: &str = "marketplace";
/// A record to the ledger.
pub const RECORD: &str = "ledger-record";
/// A sealed document to the ledger.
pub const ATTACHMENT: &str = "ledger-attachment";
/// A notice to an enterprise.
pub const NOTICE: &str = "notice";

/// A POST to a bank's gateway.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GatewayMessage {
    /// Whose gateway.
    pub bank: MemberId,
    /// Path below its base address.
    pub path: String,
    /// Body.
    pub body: serde_json::Value,
}

/// A question to the marketplace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MatchQuestion {
    /// The request.
    pub request: Id<FinancingRequest>,
    /// What it discloses.
    pub outline: Outline,
}

/// A queued record, by id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordMessage {
    /// The record.
    pub record: RecordId,
}

/// A stored sealed document, by digest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttachmentMessage {
    /// The document's digest.
    pub digest: Hash,
}

/// A notice that the regulator announced an access; the mail says no more than that.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AccessNotice {
    /// Whom to tell.
    pub account: AccountId,
}

/// Sends to a bank's gateway; what concerns one `subject` arrives in order.
pub fn to_gateway(c: &mut Connection, subject: &str, key: &str, message: &GatewayMessage) -> Result<(), EnqueueError> {
    enqueue(c, GATEWAY, &format!("gateway/{}/{subject}", message.bank), message, key)
}

/// Asks the marketplace.
pub fn to_marketplace(c: &mut Connection, question: &MatchQuestion) -> Result<(), EnqueueError> {
    let request = question.request.to_string();
    enqueue(c, MARKETPLACE, &format!("marketplace/{request}"), question, &request)
}

/// Sends a record to the ledger; records do not wait for each other.
pub fn record(c: &mut Connection, record: RecordId) -> Result<(), EnqueueError> {
    enqueue(c, RECORD, &format!("record/{record}"), &RecordMessage { record }, &record.to_string())
}

/// Sends a sealed document to the ledger.
pub fn attachment(c: &mut Connection, digest: Hash) -> Result<(), EnqueueError> {
    enqueue(c, ATTACHMENT, &format!("attachment/{digest}"), &AttachmentMessage { digest }, &digest.to_string())
}

/// Tells an enterprise of an access.
pub fn access_notice(c: &mut Connection, account: AccountId, access: RecordId) -> Result<(), EnqueueError> {
    enqueue(c, NOTICE, &format!("notice/{account}"), &AccessNotice { account }, &access.to_string())
}
