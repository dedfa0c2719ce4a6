//! Events: what nodes tell those who follow the ledger, one for each leaf of the log.

use serde::{Deserialize, Serialize};

use crate::{
    outcome::Outcome,
    record::{Record, RecordId},
    time::Timestamp,
};

/// A record that has become final. On the wire the data of a server-sent event whose id is the position.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// The leaf's index in the log.
    pub position: u64,
    /// The record's id.
    pub id: RecordId,
    /// Family and kind, as [`crate::record::Body::kind`] names them.
    pub kind: String,
    /// What the rules said.
    pub outcome: Outcome,
    /// The agreed time.
    pub timestamp: Timestamp,
    /// The record.
    pub record: Record,
}

/// Where a submitted record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Final {
    /// The record.
    pub id: RecordId,
    /// The leaf's index in the log.
    pub position: u64,
    /// What the rules said.
    pub outcome: Outcome,
    /// The agreed time.
    pub timestamp: Timestamp,
}
