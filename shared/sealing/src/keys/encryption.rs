//! The X25519 keys that envelopes are sealed to (RFC 7748, RFC 9180).

use std::{fmt, str::FromStr};

use minicbor::{CborLen, Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::{error::SealingError, wire};

/// A reader's public key; in JSON 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, CborLen, Serialize, Deserialize)]
#[cbor(transparent)]
#[serde(transparent)]
pub struct EncryptionPublicKey(
    #[cbor(n(0), with = "minicbor::bytes")]
    #[serde(with = "wire::fixed")]
    [u8; 32],
);

impl EncryptionPublicKey {
    /// Takes key bytes as they come; a useless one shows when something is sealed to it.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The key's bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for EncryptionPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for EncryptionPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for EncryptionPublicKey {
    type Err = SealingError;

    fn from_str(text: &str) -> Result<Self, SealingError> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| SealingError::EncryptionKey)?;
        Ok(Self(bytes))
    }
}
