//! Asking the bank's own node for the facts that checks rest on.

use std::collections::{BTreeMap, BTreeSet};

use kontor_ledger::{
    checks::{CheckRequest, Seen},
    client::LedgerClient,
    object::{Document, FingerprintHolders, Object, Version},
    record::{Body, Fingerprint, RecordId},
};
use kontor_sealing::document::{DocumentHeader, DocumentId};

use super::{Verification, error::AppError, now};
use crate::domain::facts::Facts;

/// The facts about a document, and the state of the ledger that they were read from.
///
/// # Errors
/// [`AppError::UnknownDocument`], or that the node does not answer.
pub async fn facts(service: &Verification, request: &CheckRequest) -> Result<(Facts, Seen), AppError> {
    let (document, version) = document(&service.ledger, &request.document, request.version).await?;
    let (header, seen) = anchor(&service.ledger, &version).await?;
    let mut live = Vec::with_capacity(document.live.len());
    let now = now();
    for id in &document.live {
        let claim = service.ledger.claim(id).await?.ok_or(AppError::Inconsistent("a claim"))?;
        if claim.is_live(now) {
            live.push(claim);
        }
    }
    let words = version.endorsements.iter().map(|word| word.record);
    let records = words.chain([version.record]).chain(live.iter().map(|claim| claim.id));
    let positions = positions(&service.ledger, records).await?;
    let mut withdrawn = BTreeSet::new();
    for shown in &request.role_proofs {
        let attestation = &shown.proof.attestation;
        let id = attestation.id();
        if service.ledger.is_withdrawn(&id, &attestation.terms.attester).await? {
            withdrawn.insert(id);
        }
    }
    let (genesis, members) = (service.keys.genesis.clone(), service.members.now());
    Ok((Facts { genesis, members, now, document, header, positions, withdrawn, live }, seen))
}

/// A document and one of its versions.
///
/// # Errors
/// [`AppError::UnknownDocument`], or that the node does not answer.
pub async fn document(ledger: &LedgerClient, id: &DocumentId, version: u32) -> Result<(Document, Version), AppError> {
    let document = ledger.document(id).await?.ok_or(AppError::UnknownDocument)?;
    let version = document.version(version).cloned().ok_or(AppError::UnknownDocument)?;
    Ok((document, version))
}

/// The header of a version, from the verified receipt of the record that anchored it; and the log that the receipt's
/// certificate covers.
///
/// # Errors
/// That the node does not answer or contradicts itself.
pub async fn anchor(ledger: &LedgerClient, version: &Version) -> Result<(DocumentHeader, Seen), AppError> {
    let receipt = ledger.receipt(&version.record).await?.ok_or(AppError::Inconsistent("a document's record"))?;
    let seen = Seen { size: receipt.block.log_size, root: receipt.block.log_root };
    let (header, root) = match receipt.record.unsigned.body {
        Body::DocumentRegister { header, root, .. } | Body::DocumentAmend { header, root, .. } => (header, root),
        _ => return Err(AppError::Inconsistent("a document's record")),
    };
    if root == version.root { Ok((header, seen)) } else { Err(AppError::Inconsistent("a document's root")) }
}

async fn positions(
    ledger: &LedgerClient,
    records: impl IntoIterator<Item = RecordId>,
) -> Result<BTreeMap<RecordId, u64>, AppError> {
    let mut positions = BTreeMap::new();
    for id in records {
        if let Some(found) = ledger.outcome(&id).await? {
            positions.insert(id, found.position);
        }
    }
    Ok(positions)
}

/// Who holds each of these fingerprints.
///
/// # Errors
/// That the node does not answer.
pub async fn holders(ledger: &LedgerClient, wanted: &[Fingerprint]) -> Result<Vec<FingerprintHolders>, AppError> {
    let mut all = Vec::with_capacity(wanted.len());
    for one in wanted {
        let reference = format!("fingerprint:{}:{}", one.kind.as_str(), one.value);
        all.push(match ledger.object(&reference).await? {
            Some(Object::Fingerprint(held)) => held,
            Some(_) => return Err(AppError::Inconsistent("a fingerprint")),
            None => FingerprintHolders { kind: one.kind, value: one.value, documents: Vec::new() },
        });
    }
    Ok(all)
}
