//! Key derivation: HKDF-SHA256 (RFC 5869) with a versioned label and every part of the info length-prefixed.

use curve25519_dalek::Scalar;
use hkdf::Hkdf;
use sha2::{Digest as _, Sha256, Sha512};
use zeroize::Zeroizing;

/// Starts every label; changing what is derived means changing the version in it.
const PREFIX: &str = "kontor/v1/";

/// One secret, ready to derive many from it.
pub(crate) struct Derivation(Hkdf<Sha256>);

impl Derivation {
    pub(crate) fn new(secret: &[u8; 32]) -> Self {
        Self(Hkdf::new(Some(b"kontor/v1/hkdf"), secret))
    }

    /// `N` bytes for the purpose `label` in the context `parts`; at most 255 blocks of 32.
    pub(crate) fn bytes<const N: usize>(&self, label: &str, parts: &[&[u8]]) -> Zeroizing<[u8; N]> {
        const { assert!(N <= 255 * 32, "HKDF-SHA256 gives no more") };
        let mut out = Zeroizing::new([0; N]);
        match self.0.expand(&framed(label, parts), out.as_mut()) {
            Ok(()) => out,
            Err(_) => unreachable!("the length was checked when compiling"),
        }
    }

    /// A uniform scalar, from 64 bytes so that reduction leaves no bias.
    pub(crate) fn scalar(&self, label: &str, parts: &[&[u8]]) -> Scalar {
        Scalar::from_bytes_mod_order_wide(&self.bytes(label, parts))
    }
}

/// A scalar from public values: Fiat–Shamir challenges and the integer form of identifiers.
pub(crate) fn hash_to_scalar(label: &str, parts: &[&[u8]]) -> Scalar {
    Scalar::from_bytes_mod_order_wide(&Sha512::digest(framed(label, parts)).into())
}

/// Label and parts, each behind its length in eight bytes, so that no two lists give the same bytes.
pub(crate) fn framed(label: &str, parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(64 + parts.iter().map(|part| part.len() + 8).sum::<usize>());
    push_length(&mut bytes, PREFIX.len() + label.len());
    bytes.extend_from_slice(PREFIX.as_bytes());
    bytes.extend_from_slice(label.as_bytes());
    for part in parts {
        push_length(&mut bytes, part.len());
        bytes.extend_from_slice(part);
    }
    bytes
}

fn push_length(bytes: &mut Vec<u8>, length: usize) {
    // Eight bytes on any platform, so that the length never wraps.
    bytes.extend_from_slice(&(length as u64).to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(framed("a", &[b"bc", b"d"]), framed("a", &[b"b", b"cd"]));
        assert_ne!(framed("a", &[b"bc"]), framed("ab", &[b"c"]));
        assert_ne!(framed("a", &[]), framed("a", &[b""]));
    }

    #[test]
    fn labels_and_secrets_separate() {
        let one = Derivation::new(&[1; 32]);
        assert_ne!(*one.bytes::<32>("a", &[]), *one.bytes::<32>("b", &[]));
        assert_ne!(*one.bytes::<32>("a", &[]), *Derivation::new(&[2; 32]).bytes::<32>("a", &[]));
    }
}
