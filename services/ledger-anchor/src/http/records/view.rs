//! How a record in the log is shown.

use kontor_ledger::{event::Final, record::Record};
use serde::Serialize;

use crate::store::{Entry, StoreError};

/// Where and how a record is final.
pub const fn place(entry: &Entry) -> Final {
    Final { id: entry.id, position: entry.position, outcome: entry.outcome, timestamp: entry.timestamp }
}

/// A record in the log with its content.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Shown {
    #[serde(flatten)]
    place: Final,
    height: u64,
    record: Record,
}

impl TryFrom<&Entry> for Shown {
    type Error = StoreError;

    fn try_from(entry: &Entry) -> Result<Self, StoreError> {
        Ok(Self { place: place(entry), height: entry.height, record: entry.decode_record()? })
    }
}
