//! Sources: the order, transport or customs documents behind a claim, so that the same goods are lent against once.
//!
//! A source has a sum and a cap as the claimed document has: the claim counts in the total of each source that it
//! names, beside every other live claim that rests on it, whichever invoice or member made it. A source fingerprint
//! stands for one such document while any claim under it lives.

use kontor_sealing::{Hash, document::DocumentId};
use minicbor::{CborLen, Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::record::Headroom;

/// Sources that one claim may name.
pub const MAX_SOURCES: usize = 8;

/// One source of a claim.
#[derive(Debug, Clone, PartialEq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SourceClaim {
    /// The source fingerprint: the first 32 bytes of the threshold OPRF's output.
    #[n(0)]
    pub fingerprint: Hash,
    /// The order, transport or customs document, registered with its total.
    #[n(1)]
    pub document: DocumentId,
    /// The version the proof speaks of; the latest.
    #[n(2)]
    pub version: u32,
    /// That the claim fits beside the live claims that rest on it.
    #[n(3)]
    pub headroom: Headroom,
}

/// A source as a claim keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SourceHold {
    /// The source fingerprint.
    #[n(0)]
    pub fingerprint: Hash,
    /// The document in whose sum the claim counts: the one that was named or that document's successor.
    #[n(1)]
    pub counted_in: DocumentId,
}
