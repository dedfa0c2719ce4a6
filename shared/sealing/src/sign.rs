//! Signatures under a suite, always over a labelled message so that no signature serves two purposes.

use std::{fmt, str::FromStr};

use ed25519_dalek::Signer as _;
use minicbor::{CborLen, Decode, Encode};
use rand_core::CryptoRng;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::suite::Suite;

/// Why a key or signature was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The bytes are not a public key of the suite.
    #[error("expected a public key as suite:hex, such as intl:d75a98…")]
    Key,
    /// The bytes are not a signature of the suite.
    #[error("expected 128 hexadecimal digits of signature")]
    Encoding,
    /// The signature does not belong to the key and message.
    #[error("the signature does not match its key and message")]
    Mismatch,
}

/// A verification key; in JSON `intl:` and 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, CborLen)]
pub struct PublicKey {
    #[n(0)]
    suite: Suite,
    #[cbor(n(1), with = "minicbor::bytes")]
    bytes: [u8; 32],
}

impl PublicKey {
    /// Takes key bytes as they come; whether they are a curve point shows when a signature is checked.
    pub const fn from_bytes(suite: Suite, bytes: [u8; 32]) -> Self {
        Self { suite, bytes }
    }

    /// The suite that the key signs under.
    pub const fn suite(&self) -> Suite {
        self.suite
    }

    /// The key's encoding (RFC 8032, 5.1.5, for `intl`).
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// Checks `signature` over `label` and `message` by RFC 8032 with the strict rules
    /// (no small-order keys, canonical encodings), so that every node gives one verdict.
    ///
    /// # Errors
    /// [`SignatureError::Key`] for bytes that are no point, [`SignatureError::Mismatch`] otherwise.
    pub fn verify(&self, label: &str, message: &[u8], signature: &Signature) -> Result<(), SignatureError> {
        match self.suite {
            Suite::Intl => {
                let key = ed25519_dalek::VerifyingKey::from_bytes(&self.bytes).map_err(|_| SignatureError::Key)?;
                let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
                key.verify_strict(&labelled(label, message), &signature).map_err(|_| SignatureError::Mismatch)
            }
        }
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.suite {
            Suite::Intl => write!(f, "intl:{}", hex::encode(self.bytes)),
        }
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for PublicKey {
    type Err = SignatureError;

    fn from_str(text: &str) -> Result<Self, SignatureError> {
        let digits = text.strip_prefix("intl:").ok_or(SignatureError::Key)?;
        let mut bytes = [0; 32];
        hex::decode_to_slice(digits, &mut bytes).map_err(|_| SignatureError::Key)?;
        Ok(Self { suite: Suite::Intl, bytes })
    }
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// A signature's 64 bytes; in JSON 128 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Encode, Decode, CborLen)]
#[cbor(transparent)]
pub struct Signature(#[cbor(n(0), with = "minicbor::bytes")] [u8; 64]);

impl Signature {
    /// Takes signature bytes as they come.
    pub const fn from_bytes(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }

    /// The signature's bytes.
    pub const fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl Serialize for Signature {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(self.0))
    }
}

impl<'de> Deserialize<'de> for Signature {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut bytes = [0; 64];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| de::Error::custom(SignatureError::Encoding))?;
        Ok(Self(bytes))
    }
}

/// A private signing key; zeroized when dropped, never printed.
#[derive(Clone)]
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// A fresh `intl` key.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut seed = zeroize::Zeroizing::new([0; 32]);
        rng.fill_bytes(seed.as_mut());
        Self::from_seed(&seed)
    }

    /// The `intl` key of a 32-byte RFC 8032 seed.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// The seed, to be written to a sealed key store only.
    pub fn to_seed(&self) -> zeroize::Zeroizing<[u8; 32]> {
        zeroize::Zeroizing::new(self.0.to_bytes())
    }

    /// The key that checks this one's signatures.
    pub fn public(&self) -> PublicKey {
        PublicKey { suite: Suite::Intl, bytes: self.0.verifying_key().to_bytes() }
    }

    /// Signs `message` under `label`, a constant such as `record-author` that names the purpose.
    pub fn sign(&self, label: &str, message: &[u8]) -> Signature {
        Signature(self.0.sign(&labelled(label, message)).to_bytes())
    }
}

/// `kontor/v1/<label>` with its length before it, then the message.
fn labelled(label: &str, message: &[u8]) -> Vec<u8> {
    const PREFIX: &[u8] = b"kontor/v1/";
    let length = PREFIX.len() + label.len();
    debug_assert!(length < 256, "labels are short constants");
    let mut bytes = Vec::with_capacity(1 + length + message.len());
    bytes.push(length as u8);
    bytes.extend_from_slice(PREFIX);
    bytes.extend_from_slice(label.as_bytes());
    bytes.extend_from_slice(message);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_serves_one_label_and_message() {
        let key = SigningKey::from_seed(&[7; 32]);
        let signature = key.sign("test", b"message");
        assert_eq!(key.public().verify("test", b"message", &signature), Ok(()));
        assert_eq!(key.public().verify("other", b"message", &signature), Err(SignatureError::Mismatch));
        assert_eq!(key.public().verify("test", b"massage", &signature), Err(SignatureError::Mismatch));
        let text = key.public().to_string();
        assert_eq!(text.parse(), Ok(key.public()));
    }
}
