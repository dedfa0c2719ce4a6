//! What the bank's own node says about a document, gathered before anything is judged.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use kontor_ledger::{
    Genesis,
    attestation::AttestationId,
    checks::CheckReason,
    object::{Claim, Document},
    record::RecordId,
    roster::Roster,
    time::Timestamp,
};
use kontor_sealing::document::DocumentHeader;

/// The ledger's word on one document version.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The network.
    pub genesis: Genesis,
    /// Its members now.
    pub members: Arc<Roster>,
    /// When it is judged.
    pub now: Timestamp,
    /// The document.
    pub document: Document,
    /// Header of the version that is judged.
    pub header: DocumentHeader,
    /// Positions of the records that the judgement may rest on.
    pub positions: BTreeMap<RecordId, u64>,
    /// Attestations that their attesters withdrew.
    pub withdrawn: BTreeSet<AttestationId>,
    /// The claims that count, by ascending id.
    pub live: Vec<Claim>,
}

impl Facts {
    /// Positions of `records`, ascending.
    pub fn positions_of<'a>(&self, records: impl IntoIterator<Item = &'a RecordId>) -> Vec<u64> {
        let found: BTreeSet<u64> = records.into_iter().filter_map(|id| self.positions.get(id).copied()).collect();
        found.into_iter().collect()
    }
}

/// A reason without subject.
pub fn reason(code: &str) -> CheckReason {
    CheckReason { code: code.to_owned(), subject: None }
}

/// A reason that concerns a role or a fingerprint kind.
pub fn reason_about(code: &str, subject: &str) -> CheckReason {
    CheckReason { code: code.to_owned(), subject: Some(subject.to_owned()) }
}
