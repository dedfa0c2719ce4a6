//! The X25519 keys that envelopes are sealed to (RFC 7748, RFC 9180).

use std::{fmt, str::FromStr};

use hpke::{Deserializable, Kem, Serializable, kem::X25519HkdfSha256};
use minicbor::{CborLen, Decode, Encode};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

use zeroize::Zeroizing;

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

/// A reader's private key; zeroized when dropped, never printed.
#[derive(Clone)]
pub struct EncryptionKey(Zeroizing<[u8; 32]>);

impl EncryptionKey {
    /// RFC 9180, 7.1.3: DeriveKeyPair.
    pub(crate) fn derive(material: &[u8; 32]) -> Self {
        let (private, _) = X25519HkdfSha256::derive_keypair(material);
        Self(Zeroizing::new(private.to_bytes().into()))
    }

    /// A fresh key.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut material = Zeroizing::new([0; 32]);
        rng.fill_bytes(material.as_mut());
        Self::derive(&material)
    }

    /// A key from a sealed key store.
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(Zeroizing::new(*bytes))
    }

    /// The key, to be written to a sealed key store only.
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        self.0.clone()
    }

    /// The key that others seal to.
    pub fn public(&self) -> EncryptionPublicKey {
        EncryptionPublicKey(X25519HkdfSha256::sk_to_pk(&self.private()).to_bytes().into())
    }

    pub(crate) fn private(&self) -> <X25519HkdfSha256 as Kem>::PrivateKey {
        match Deserializable::from_bytes(self.0.as_ref()) {
            Ok(key) => key,
            Err(_) => unreachable!("any thirty-two bytes are an X25519 private key"),
        }
    }
}
