//! A record as the log keeps it.

use bytes::Bytes;
use kontor_ledger::{
    encoding::from_cbor,
    outcome::Outcome,
    record::{Record, RecordId},
    time::Timestamp,
};
use kontor_sealing::Hash;

use super::StoreError;
use crate::log;

/// A record with its place and what became of it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its place in the log.
    pub position: u64,
    /// Its id.
    pub id: RecordId,
    /// What the rules said.
    pub outcome: Outcome,
    /// The agreed time of its block.
    pub timestamp: Timestamp,
    /// The height of its block.
    pub height: u64,
    /// Its canonical encoding.
    pub record: Bytes,
}

impl Entry {
    /// Outcome, time, height and id, each big-endian, then the record.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(50 + self.record.len());
        bytes.extend_from_slice(&self.outcome.number().to_be_bytes());
        bytes.extend_from_slice(&self.timestamp.as_millis().to_be_bytes());
        bytes.extend_from_slice(&self.height.to_be_bytes());
        bytes.extend_from_slice(self.id.as_bytes());
        bytes.extend_from_slice(&self.record);
        bytes
    }

    /// Reads what [`Self::encode`] wrote.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn decode(position: u64, bytes: &[u8]) -> Result<Self, StoreError> {
        Self::parse(position, bytes).ok_or(StoreError::Damaged("log entry"))
    }

    fn parse(position: u64, bytes: &[u8]) -> Option<Self> {
        let (outcome, rest) = bytes.split_first_chunk::<2>()?;
        let (timestamp, rest) = rest.split_first_chunk::<8>()?;
        let (height, rest) = rest.split_first_chunk::<8>()?;
        let (id, record) = rest.split_first_chunk::<32>()?;
        Some(Self {
            position,
            id: Hash::from_bytes(*id),
            outcome: Outcome::from_number(u16::from_be_bytes(*outcome))?,
            timestamp: Timestamp::from_millis(u64::from_be_bytes(*timestamp)).ok()?,
            height: u64::from_be_bytes(*height),
            record: Bytes::copy_from_slice(record),
        })
    }

    /// The record itself.
    ///
    /// # Errors
    /// [`StoreError::Encoding`].
    pub fn decode_record(&self) -> Result<Record, StoreError> {
        Ok(from_cbor(&self.record)?)
    }

    /// The record's leaf in the log.
    pub const fn leaf(&self) -> log::Entry {
        log::Entry { record: self.id, outcome: self.outcome, timestamp: self.timestamp }
    }
}
