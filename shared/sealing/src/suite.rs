//! The cipher suites a network may allow.

use minicbor::{CborLen, Decode, Encode};
use serde::{Deserialize, Serialize};

/// Which algorithms sign, encrypt and encapsulate; hashes in roots and logs are SM3 under both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, CborLen, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "lowercase")]
pub enum Suite {
    /// Ed25519, AES-256-GCM, HPKE DHKEM(X25519, HKDF-SHA256).
    #[n(0)]
    Intl,
}
