//! Signatures under a suite, always over a labelled message so that no signature serves two purposes.

use std::{fmt, str::FromStr, sync::LazyLock};

use curve25519_dalek::{
    EdwardsPoint, Scalar, constants::EIGHT_TORSION, edwards::CompressedEdwardsY, traits::IsIdentity as _,
};
use ed25519_dalek::Signer as _;
use minicbor::{CborLen, Decode, Encode};
use rand_core::CryptoRng;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha512};

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

    /// Checks `signature` over `label` and `message` by [ZIP 215](https://zips.z.cash/zip-0215): of Ed25519's rules
    /// the one under which checking many signatures together gives the verdict of checking each alone. A key of small
    /// order, whose signatures would fit any message, is refused.
    ///
    /// # Errors
    /// [`SignatureError::Key`] for bytes that are no such key, [`SignatureError::Mismatch`] otherwise.
    pub fn verify(&self, label: &str, message: &[u8], signature: &Signature) -> Result<(), SignatureError> {
        self.verify_unlabelled(&labelled(label, message), signature)
    }

    /// As [`Self::verify`], for what others than Kontor sign under a prefix of their own.
    ///
    /// # Errors
    /// As [`Self::verify`].
    pub fn verify_unlabelled(&self, message: &[u8], signature: &Signature) -> Result<(), SignatureError> {
        let key = self.point()?;
        let (r, s) = signature.halves();
        let s = Scalar::from_canonical_bytes(s).into_option().ok_or(SignatureError::Mismatch)?;
        let point = CompressedEdwardsY(r).decompress().ok_or(SignatureError::Mismatch)?;
        let digest = Sha512::new().chain_update(r).chain_update(self.bytes).chain_update(message).finalize();
        let k = Scalar::from_bytes_mod_order_wide(&digest.into());
        // [8](R − ([s]B − [k]A)) = 0
        let expected = EdwardsPoint::vartime_double_scalar_mul_basepoint(&k, &-key, &s);
        if (point - expected).mul_by_cofactor().is_identity() { Ok(()) } else { Err(SignatureError::Mismatch) }
    }

    /// That the bytes are a key under which signatures can be checked.
    ///
    /// # Errors
    /// [`SignatureError::Key`].
    pub fn check(&self) -> Result<(), SignatureError> {
        self.point().map(|_| ())
    }

    /// Whether the bytes encode a point of small order, canonically or not; costs no arithmetic.
    pub fn is_weak(&self) -> bool {
        static ENCODINGS: LazyLock<Vec<[u8; 32]>> = LazyLock::new(|| {
            let mut all = EIGHT_TORSION.map(|point| point.compress().to_bytes()).to_vec();
            // 0 and 1 as p and p + 1; p = 2^255 - 19.
            for low in [0xed, 0xee] {
                let mut encoding = [0xff; 32];
                encoding[0] = low;
                all.push(encoding);
            }
            all.iter_mut().for_each(|encoding| encoding[31] &= 0x7f);
            all
        });
        let mut bytes = self.bytes;
        bytes[31] &= 0x7f;
        ENCODINGS.contains(&bytes)
    }

    fn point(&self) -> Result<EdwardsPoint, SignatureError> {
        match self.suite {
            Suite::Intl => {
                let point = CompressedEdwardsY(self.bytes).decompress().ok_or(SignatureError::Key)?;
                if self.is_weak() { Err(SignatureError::Key) } else { Ok(point) }
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

    /// `R` and `s`.
    fn halves(&self) -> ([u8; 32], [u8; 32]) {
        let (mut r, mut s) = ([0; 32], [0; 32]);
        let (first, second) = self.0.split_at(32);
        r.copy_from_slice(first);
        s.copy_from_slice(second);
        (r, s)
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

/// What separates the signatures of one purpose from all others: `kontor/v1/<label>`.
pub fn namespace(label: &str) -> Vec<u8> {
    [b"kontor/v1/", label.as_bytes()].concat()
}

/// The namespace with its length before it, then the message.
fn labelled(label: &str, message: &[u8]) -> Vec<u8> {
    let namespace = namespace(label);
    debug_assert!(namespace.len() < 128, "labels are short constants");
    let mut bytes = Vec::with_capacity(1 + namespace.len() + message.len());
    bytes.push(namespace.len() as u8);
    bytes.extend_from_slice(&namespace);
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

    #[test]
    fn verdicts_are_the_crates_but_for_torsion() {
        let key = SigningKey::from_seed(&[7; 32]);
        let message = labelled("test", b"message");
        let signature = key.sign("test", b"message");
        assert!(key.0.verifying_key().verify_strict(&message, &signature.0.into()).is_ok());
        for place in 0..64 {
            let mut wrong = signature;
            wrong.0[place] ^= 1;
            assert_eq!(key.public().verify_unlabelled(&message, &wrong), Err(SignatureError::Mismatch));
        }
        // Keys whose signatures fit any message, and s that is not reduced.
        let mut weak: Vec<_> = EIGHT_TORSION.iter().map(|point| point.compress().to_bytes()).collect();
        for low in [0xed, 0xee] {
            for high in [0x7f, 0xff] {
                weak.push([0xff; 32]);
                let encoding = weak.last_mut().unwrap();
                (encoding[0], encoding[31]) = (low, high);
            }
        }
        for bytes in weak {
            assert!(CompressedEdwardsY(bytes).decompress().is_some_and(|point| point.is_small_order()));
            let weak = PublicKey::from_bytes(Suite::Intl, bytes);
            assert_eq!(weak.verify_unlabelled(&message, &Signature([0; 64])), Err(SignatureError::Key));
        }
        let mut large = signature;
        large.0[63] |= 0xe0;
        assert_eq!(key.public().verify_unlabelled(&message, &large), Err(SignatureError::Mismatch));
    }

    /// A key with a part of small order: the crate's strict rule and its batches would differ over its signatures,
    /// the rule here takes them either way.
    #[test]
    fn a_part_of_small_order_is_passed_over() {
        use curve25519_dalek::constants::ED25519_BASEPOINT_POINT as BASE;

        let (secret, nonce) = (Scalar::from(5_u8), Scalar::from(9_u8));
        let a = (BASE * secret + EIGHT_TORSION[1]).compress().to_bytes();
        let r = (BASE * nonce).compress().to_bytes();
        let digest = Sha512::new().chain_update(r).chain_update(a).chain_update(b"message").finalize();
        let s = nonce + Scalar::from_bytes_mod_order_wide(&digest.into()) * secret;
        let mut bytes = [0; 64];
        bytes[..32].copy_from_slice(&r);
        bytes[32..].copy_from_slice(s.as_bytes());
        let key = PublicKey::from_bytes(Suite::Intl, a);
        assert_eq!(key.verify_unlabelled(b"message", &Signature(bytes)), Ok(()));
    }
}
