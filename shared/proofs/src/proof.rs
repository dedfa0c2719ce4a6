//! Proofs as they travel: opaque, bounded bytes that only a statement gives a meaning to.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use minicbor::{CborLen, Decode, Decoder, Encode, decode};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::error::ProofError;

/// Bytes of a proof at most.
pub const MAX_PROOF: usize = 16 * 1024;

/// A proof; in JSON base64 with padding.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Encode, CborLen)]
#[cbor(transparent)]
pub struct Proof(#[cbor(n(0), with = "minicbor::bytes")] Vec<u8>);

impl Proof {
    /// Takes bytes as they come; whether they prove anything shows when a statement is checked.
    ///
    /// # Errors
    /// [`ProofError::Shape`] above [`MAX_PROOF`].
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, ProofError> {
        if bytes.len() > MAX_PROOF { Err(ProofError::Shape) } else { Ok(Self(bytes)) }
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl<'b, C> Decode<'b, C> for Proof {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        Self::from_bytes(d.bytes()?.to_vec()).map_err(|_| decode::Error::message("proof too long"))
    }
}

impl Serialize for Proof {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64_STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Proof {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = BASE64_STANDARD.decode(text).map_err(|_| de::Error::custom("expected base64 with padding"))?;
        Self::from_bytes(bytes).map_err(de::Error::custom)
    }
}
