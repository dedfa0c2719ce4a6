//! A record on its way through the portal to the ledger.

use kontor_ledger::{
    record::{Record, RecordId},
    time::Timestamp,
};

use super::enterprise::AccountId;

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// On its way.
    Queued,
    /// Ordered and accepted.
    Accepted {
        /// In the log.
        position: u64,
        /// As the nodes agreed.
        timestamp: Timestamp,
    },
    /// Ordered, and the rules said no.
    Refused {
        /// In the log.
        position: u64,
        /// As the nodes agreed.
        timestamp: Timestamp,
        /// The refusal's stable code.
        code: String,
    },
    /// Not ordered: the nodes would not admit it.
    Rejected {
        /// The problem's stable name.
        code: String,
        /// The node's words.
        detail: Option<String>,
    },
}

impl Fate {
    /// The name used in the API and in the database.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Accepted { .. } => "accepted",
            Self::Refused { .. } => "refused",
            Self::Rejected { .. } => "rejected",
        }
    }
}

/// A record that an enterprise gave to the portal.
#[derive(Debug, Clone, PartialEq)]
pub struct Relay {
    /// Its id.
    pub id: RecordId,
    /// Who gave it.
    pub account: AccountId,
    /// Family and kind.
    pub kind: String,
    /// As signed.
    pub record: Record,
    /// What became of it.
    pub fate: Fate,
    /// When it was given.
    pub created: Timestamp,
}
