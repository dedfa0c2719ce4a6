//! Batches: what a sponsor submits and nodes order; one signature of the sponsor covers all records.

use kontor_sealing::{Hash, PublicKey, Signature, SignatureError, SigningKey};
use minicbor::{CborLen, Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::{
    member::MemberId,
    merkle,
    record::{Record, RecordId},
};

/// Records in one batch at most.
pub const MAX_RECORDS: usize = 1024;

const LABEL: &str = "sponsor-batch";

/// Why a batch is not admitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// Empty, or more than [`MAX_RECORDS`].
    #[error("a batch holds 1 to {MAX_RECORDS} records, not {0}")]
    Count(usize),
    /// The record at this place was signed for another sponsor.
    #[error("record {0} was signed for another sponsor")]
    Sponsor(usize),
    /// The record at this place does not carry its author's signature.
    #[error("record {0}: the author's signature does not hold")]
    Author(usize),
    /// The sponsor's signature does not hold.
    #[error("the sponsor's signature over the batch does not hold")]
    Signature(#[source] SignatureError),
}

/// Records under one signature of their sponsor; a single record is a batch of one.
#[derive(Debug, Clone, PartialEq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Batch {
    /// In the order in which they are applied.
    #[n(0)]
    pub records: Vec<Record>,
    /// The member that relays them all.
    #[n(1)]
    pub sponsor: MemberId,
    /// The sponsor's, over the Merkle root of the record ids.
    #[n(2)]
    pub signature: Signature,
}

impl Batch {
    /// Signs `records` as their sponsor.
    ///
    /// # Errors
    /// [`BatchError::Count`] and [`BatchError::Sponsor`].
    pub fn sign(records: Vec<Record>, sponsor: MemberId, key: &SigningKey) -> Result<Self, BatchError> {
        let ids: Vec<RecordId> = records.iter().map(Record::id).collect();
        let signature = key.sign(LABEL, root(&ids).as_bytes());
        let batch = Self { records, sponsor, signature };
        batch.check_shape()?;
        Ok(batch)
    }

    /// The records' ids, in order; each costs one encoding and one hash, so keep them.
    pub fn ids(&self) -> Vec<RecordId> {
        self.records.iter().map(Record::id).collect()
    }

    /// Checks count and that every record names the batch's sponsor.
    ///
    /// # Errors
    /// [`BatchError::Count`] and [`BatchError::Sponsor`].
    pub fn check_shape(&self) -> Result<(), BatchError> {
        if self.records.is_empty() || self.records.len() > MAX_RECORDS {
            return Err(BatchError::Count(self.records.len()));
        }
        match self.records.iter().position(|record| record.sponsor != self.sponsor) {
            Some(place) => Err(BatchError::Sponsor(place)),
            None => Ok(()),
        }
    }

    /// Checks the sponsor's signature with `key`, its identity key, over `ids` as [`Self::ids`] gives them.
    ///
    /// # Errors
    /// [`BatchError::Signature`].
    pub fn check_sponsor(&self, ids: &[RecordId], key: &PublicKey) -> Result<(), BatchError> {
        key.verify(LABEL, root(ids).as_bytes(), &self.signature).map_err(BatchError::Signature)
    }

    /// Checks shape, the sponsor's signature and every author's; gives the ids. A node with a pool of workers
    /// calls the parts itself.
    ///
    /// # Errors
    /// Any [`BatchError`].
    pub fn check(&self, key: &PublicKey) -> Result<Vec<RecordId>, BatchError> {
        self.check_shape()?;
        let ids = self.ids();
        self.check_sponsor(&ids, key)?;
        for (place, (record, id)) in self.records.iter().zip(&ids).enumerate() {
            record.verify_author(id).map_err(|_| BatchError::Author(place))?;
        }
        Ok(ids)
    }
}

/// RFC 6962 Merkle root over the ids as leaves.
fn root(ids: &[RecordId]) -> Hash {
    let mut frontier = merkle::Frontier::default();
    for id in ids {
        frontier.append(merkle::leaf(&[id.as_bytes()]));
    }
    frontier.root()
}
