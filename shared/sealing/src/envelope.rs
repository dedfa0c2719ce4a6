//! Messages sealed to one reader by HPKE (RFC 9180), DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.

use minicbor::{CborLen, Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::wire;

/// A sealed message; only the holder of the reader's key sees more than its length.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Envelope {
    /// RFC 9180's `enc`.
    #[cbor(n(0), with = "minicbor::bytes")]
    #[serde(with = "wire::fixed")]
    encapsulated: [u8; 32],
    /// RFC 9180's `ct`, tag included.
    #[cbor(n(1), with = "minicbor::bytes")]
    #[serde(with = "wire::variable")]
    ciphertext: Vec<u8>,
}
