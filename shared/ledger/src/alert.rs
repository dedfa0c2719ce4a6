//! Notes that everybody sees on what they concern: alerts of the regulator, appeals of owners.

use kontor_sealing::document::DocumentId;
use minicbor::{CborLen, Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::{
    record::{ClaimId, FingerprintKind, RecordId},
    time::Timestamp,
};

/// How much an alert weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, CborLen, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing.
    #[n(0)]
    Notice,
    /// To be looked into.
    #[n(1)]
    Warning,
    /// To be acted on at once.
    #[n(2)]
    Critical,
}

/// What an officer tells the consortium.
#[derive(Debug, Clone, PartialEq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AlertTerms {
    /// The rule of the published pack that raised it, at most 100 characters.
    #[n(0)]
    pub rule: String,
    /// How much it weighs.
    #[n(1)]
    pub severity: Severity,
    /// What is the matter, at most 500 characters; everybody reads it.
    #[n(2)]
    pub text: String,
    /// The documents it concerns.
    #[n(3)]
    pub documents: Vec<DocumentId>,
    /// The claims it concerns.
    #[n(4)]
    pub claims: Vec<ClaimId>,
}

/// An alert.
#[derive(Debug, Clone, PartialEq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Alert {
    /// The record that raised it.
    #[n(0)]
    pub id: RecordId,
    /// What it says.
    #[n(1)]
    pub terms: AlertTerms,
    /// When.
    #[n(2)]
    pub at: Timestamp,
}

/// An owner's word that its document is not the one that another's fingerprint matched.
#[derive(Debug, Clone, PartialEq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AppealTerms {
    /// The owner's document.
    #[n(0)]
    pub document: DocumentId,
    /// The live claim on another document, or the receivable issued on one, that it was matched with.
    #[n(1)]
    pub against: RecordId,
    /// The kind of fingerprint that matched; the other holds one.
    #[n(2)]
    pub kind: FingerprintKind,
    /// Why the match is wrong, at most 500 characters; everybody reads it.
    #[n(3)]
    pub reason: String,
}

/// An appeal as both sides keep it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Appeal {
    /// The record.
    #[n(0)]
    pub record: RecordId,
    /// The document that appeals.
    #[n(1)]
    pub document: DocumentId,
    /// The claim or receivable appealed against.
    #[n(2)]
    pub against: RecordId,
    /// The kind of fingerprint.
    #[n(3)]
    pub kind: FingerprintKind,
    /// When.
    #[n(4)]
    pub at: Timestamp,
}
