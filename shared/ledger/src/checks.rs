//! Cross-checks: what a bank's verification service is asked, and the report that it signs.
//!
//! A request holds nothing that was opened: leaves without pointer, key or value, role proofs without identifiers.

use kontor_sealing::{
    Commitment, Hash, PublicKey, Signature, SignatureError, SigningKey, document::DocumentId, proof::LeafProof,
};
use minicbor::{CborLen, Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::{
    encoding::to_cbor,
    exchange::PartyProof,
    member::MemberId,
    record::{Fingerprint, Headroom},
    time::Timestamp,
};

const LABEL: &str = "check-report";

/// The named checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, CborLen, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "kebab-case")]
pub enum CheckName {
    /// 1: anchored, issued, confirmed, by attested parties, not replaced.
    #[n(0)]
    Authenticity,
    /// 4: the same invoice under another document.
    #[n(1)]
    Duplicate,
    /// 5: the claims stay within the cap.
    #[n(2)]
    OverFinancing,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode, CborLen, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "kebab-case")]
pub enum CheckResult {
    /// It holds.
    #[n(0)]
    Pass,
    /// It does not.
    #[n(1)]
    Fail,
    /// What was given does not decide it.
    #[n(2)]
    NotProvable,
}

/// Why, by a stable code, and for which role or fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CheckReason {
    /// Lower-case words with hyphens.
    #[n(0)]
    pub code: String,
    /// A role or a fingerprint kind.
    #[n(1)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
}

/// One check's outcome.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Check {
    /// Which.
    #[n(0)]
    pub name: CheckName,
    /// How it ended.
    #[n(1)]
    pub result: CheckResult,
    /// Why.
    #[n(2)]
    pub reasons: Vec<CheckReason>,
    /// The ledger positions that it rests on, ascending.
    #[n(3)]
    pub positions: Vec<u64>,
}

/// What is checked; the document's owner and parties stay unnamed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CheckRequest {
    /// The document.
    pub document: DocumentId,
    /// Its version.
    pub version: u32,
    /// The leaves that the bank opened, with their ways to the root.
    pub leaves: Vec<LeafProof>,
    /// Whose keys the roles are, without identifiers.
    pub role_proofs: Vec<PartyProof>,
    /// What the bank computed over what it opened.
    pub fingerprints: Vec<Fingerprint>,
    /// A claim that the bank considers; without it check 5 looks at the live claims only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<CandidateClaim>,
}

/// A claim before it is made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CandidateClaim {
    /// The bank's one-time key for it.
    pub claim_key: PublicKey,
    /// Its amount.
    pub amount: Commitment,
    /// Share of the total that may be advanced, in basis points.
    pub advance_rate: u16,
    /// The seller's proof over the live claims.
    pub headroom: Headroom,
}

/// The state of the ledger that was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Seen {
    /// Records in the log.
    #[n(0)]
    pub size: u64,
    /// Their Merkle root.
    #[n(1)]
    pub root: Hash,
}

/// A report's content.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckFindings {
    /// The genesis hash.
    #[n(0)]
    pub network: Hash,
    /// The bank whose service checked.
    #[n(1)]
    pub bank: MemberId,
    /// The document.
    #[n(2)]
    pub document: DocumentId,
    /// Its version.
    #[n(3)]
    pub version: u32,
    /// When.
    #[n(4)]
    pub issued: Timestamp,
    /// The checks.
    #[n(5)]
    pub checks: Vec<Check>,
    /// On which state of the ledger.
    #[n(6)]
    pub checkpoint: Seen,
}

impl CheckFindings {
    /// Signs with the bank's identity key.
    pub fn sign(self, bank: &SigningKey) -> CheckReport {
        let signature = bank.sign(LABEL, &to_cbor(&self));
        CheckReport { findings: self, signature }
    }

    /// The outcome of one check.
    pub fn check(&self, name: CheckName) -> Option<&Check> {
        self.checks.iter().find(|check| check.name == name)
    }
}

/// Findings with the bank's signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckReport {
    /// What was found.
    #[serde(flatten)]
    pub findings: CheckFindings,
    /// The bank's identity key over the canonical findings.
    pub signature: Signature,
}

impl CheckReport {
    /// Checks the signature against the bank's identity key.
    ///
    /// # Errors
    /// As [`PublicKey::verify`].
    pub fn verify(&self, bank: &PublicKey) -> Result<(), SignatureError> {
        bank.verify(LABEL, &to_cbor(&self.findings), &self.signature)
    }
}
