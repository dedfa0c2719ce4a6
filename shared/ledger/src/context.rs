//! What proofs are bound to, defined once for those who prove, check before submitting, and judge on the ledger.

use kontor_proofs::Context;
use kontor_sealing::{Hash, PublicKey, document::DocumentId};

use crate::{
    encoding::to_cbor,
    receivable::{Child, ReceivableId},
    record::ClaimId,
};

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

/// For the proof that a claim on `claimed` fits beside the live ones that rest on its source, in ascending order.
pub fn source_context(
    network: Hash,
    source: Anchored,
    claimed: Anchored,
    claim_key: &PublicKey,
    live: &[ClaimId],
) -> Context {
    let mut context =
        context(network, "claim-source", source, [claim_key.as_bytes().as_slice(), &to_cbor(live)].concat());
    context.documents.push((claimed.document.hash(), claimed.version, claimed.root));
    context
}

/// For the range proof of a receivable's amount; `issuer` is the document's buyer.
pub fn receivable_amount_context(network: Hash, anchored: Anchored, issuer: &PublicKey) -> Context {
    context(network, "receivable-amount", anchored, issuer.as_bytes().to_vec())
}

/// For the proof that a receivable fits beside those issued before, whose ids are in ascending order.
pub fn receivable_issue_context(
    network: Hash,
    anchored: Anchored,
    issuer: &PublicKey,
    issued: &[ReceivableId],
) -> Context {
    context(network, "receivable-issue", anchored, [issuer.as_bytes().as_slice(), &to_cbor(issued)].concat())
}

/// For the proof that parts sum to their parent; `author` is the parent's holder.
pub fn split_context(network: Hash, parent: &ReceivableId, children: &[Child], author: &PublicKey) -> Context {
    let binding = to_cbor(&(parent, author, children));
    Context { network, purpose: "receivable-split".into(), documents: Vec::new(), binding }
}

fn context(network: Hash, purpose: &'static str, anchored: Anchored, binding: Vec<u8>) -> Context {
    let documents = vec![(anchored.document.hash(), anchored.version, anchored.root)];
    Context { network, purpose: purpose.into(), documents, binding }
}
