//! Grants: keys of chosen fields, or of all, sealed to one reader.

use minicbor::{CborLen, Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::{document::DocumentId, envelope::Envelope, hash::Hash};

/// What everyone sees of a grant; bound into the envelope so that it cannot be moved.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GrantHeader {
    /// The document.
    #[n(0)]
    pub document: DocumentId,
    /// The version whose fields it opens.
    #[n(1)]
    pub version: u32,
    /// A fresh pseudonym: two grants to one reader cannot be linked.
    #[n(2)]
    pub grantee: Hash,
    /// What the reader may use it for, such as `financing`.
    #[n(3)]
    pub purpose: String,
    /// Milliseconds since 1970 after which the reader should no longer use it.
    #[n(4)]
    pub expires: Option<u64>,
}

/// A grant as the ledger records it; the author of the record signs it with the document key.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SealedGrant {
    /// In the clear.
    #[n(0)]
    pub header: GrantHeader,
    /// The keys.
    #[n(1)]
    pub envelope: Envelope,
}
