//! What proofs are bound to, defined once for those who prove, check before submitting, and judge on the ledger.

use kontor_proofs::Context;
use kontor_sealing::{Hash, PublicKey, document::DocumentId};

use crate::{encoding::to_cbor, record::ClaimId};

/// A document's version as proofs name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchored {
    /// The document.
    pub document: DocumentId,
    /// The version.
    pub version: u32,
    /// That version's root.
    pub root: Hash,
}

/// For the range proof of a document's total, at registration and amendment.
pub fn total_context(network: Hash, anchored: Anchored) -> Context {
    context(network, "document-total", anchored, Vec::new())
}

/// For the range proof of a claim's amount; `claim_key` is the bank's one-time key for the claim.
pub fn amount_context(network: Hash, anchored: Anchored, claim_key: &PublicKey) -> Context {
    context(network, "claim-amount", anchored, claim_key.as_bytes().to_vec())
}

/// For the proof that a claim fits beside the live ones, whose ids are in ascending order.
pub fn claim_context(network: Hash, anchored: Anchored, claim_key: &PublicKey, live: &[ClaimId]) -> Context {
    context(network, "claim", anchored, [claim_key.as_bytes().as_slice(), &to_cbor(live)].concat())
}

/// For the proof that an amended total still covers the live claims, whose ids are in ascending order.
pub fn amend_context(network: Hash, anchored: Anchored, live: &[ClaimId]) -> Context {
    context(network, "document-amend", anchored, to_cbor(live))
}

fn context(network: Hash, purpose: &'static str, anchored: Anchored, binding: Vec<u8>) -> Context {
    let documents = vec![(anchored.document.hash(), anchored.version, anchored.root)];
    Context { network, purpose: purpose.into(), documents, binding }
}
