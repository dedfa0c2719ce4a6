//! Escrow capsules: a document key encrypted to the supervision key on Ristretto255 (RFC 9496).

use curve25519_dalek::{RistrettoPoint, Scalar};
use minicbor::{CborLen, Decode, Encode};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize as _, Zeroizing};

use super::{
    group::EscrowKey,
    point::{point, scalar},
};
use crate::{
    derive::{Derivation, hash_to_scalar},
    document::DocumentId,
    error::SealingError,
    keys::DocumentKey,
    wire,
};

/// `R = rB`, `ct = K ⊕ KDF(rY)` and a proof of knowledge of `r` bound to document and version, without which a
/// capsule could be copied into another document and opened under that one's case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Capsule {
    /// `R`, compressed.
    #[cbor(n(0), with = "minicbor::bytes")]
    #[serde(with = "wire::fixed")]
    point: [u8; 32],
    /// `ct`: the document key, masked.
    #[cbor(n(1), with = "minicbor::bytes")]
    #[serde(with = "wire::fixed")]
    masked: [u8; 32],
    /// The proof's commitment `T = tB`, compressed.
    #[cbor(n(2), with = "minicbor::bytes")]
    #[serde(with = "wire::fixed")]
    commitment: [u8; 32],
    /// The proof's response `z = t + cr`.
    #[cbor(n(3), with = "minicbor::bytes")]
    #[serde(with = "wire::fixed")]
    response: [u8; 32],
}

impl Capsule {
    /// The one capsule of `key` for this document and version: its randomness is derived from the key, so every
    /// holder of the key can make it again and compare.
    pub(crate) fn new(key: &DocumentKey, escrow: &EscrowKey, document: &DocumentId, version: u32) -> Self {
        let version_bytes = version.to_be_bytes();
        let context: [&[u8]; 3] = [document.as_bytes(), &version_bytes, &escrow.bytes];
        let derivation = key.derive();
        let mut r = derivation.scalar("escrow", &context);
        let mut t = derivation.scalar("escrow-proof", &context);
        let point = RistrettoPoint::mul_base(&r).compress().to_bytes();
        let mut secret = escrow.point * r;
        let masked = mask(key.as_bytes(), &secret, &point, document, version);
        let commitment = RistrettoPoint::mul_base(&t).compress().to_bytes();
        let mut capsule = Self { point, masked, commitment, response: [0; 32] };
        capsule.response = (t + capsule.challenge(escrow, document, version) * r).to_bytes();
        r.zeroize();
        t.zeroize();
        secret.zeroize();
        capsule
    }

    /// That whoever made the capsule knew its randomness, for this document, version and supervision key. What is
    /// inside only a holder of the key can check, by [`Capsule::check`].
    ///
    /// # Errors
    /// [`SealingError::Capsule`] if not.
    pub fn verify(&self, escrow: &EscrowKey, document: &DocumentId, version: u32) -> Result<(), SealingError> {
        let holds = || {
            // zB = T + cR
            let (r, t, z) = (point(&self.point)?, point(&self.commitment)?, scalar(&self.response)?);
            let c = self.challenge(escrow, document, version);
            Some(RistrettoPoint::vartime_double_scalar_mul_basepoint(&-c, &r, &z) == t)
        };
        if holds() == Some(true) { Ok(()) } else { Err(SealingError::Capsule) }
    }

    /// That the capsule holds exactly `key`, by making it again.
    ///
    /// # Errors
    /// [`SealingError::Capsule`] if it differs anywhere.
    pub fn check(
        &self,
        key: &DocumentKey,
        escrow: &EscrowKey,
        document: &DocumentId,
        version: u32,
    ) -> Result<(), SealingError> {
        if *self == Self::new(key, escrow, document, version) { Ok(()) } else { Err(SealingError::Capsule) }
    }

    /// `R`, if it is a point.
    pub(super) fn point(&self) -> Option<RistrettoPoint> {
        point(&self.point)
    }

    /// `R` as it stands.
    pub(super) const fn point_bytes(&self) -> &[u8; 32] {
        &self.point
    }

    /// Takes the mask off, given `rY = yR`.
    pub(super) fn unmask(&self, secret: &RistrettoPoint, document: &DocumentId, version: u32) -> DocumentKey {
        let bytes = Zeroizing::new(mask(&self.masked, secret, &self.point, document, version));
        DocumentKey::from_bytes(&bytes)
    }

    fn challenge(&self, escrow: &EscrowKey, document: &DocumentId, version: u32) -> Scalar {
        hash_to_scalar(
            "escrow-knowledge",
            &[document.as_bytes(), &version.to_be_bytes(), &escrow.bytes, &self.point, &self.masked, &self.commitment],
        )
    }
}

fn mask(bytes: &[u8; 32], secret: &RistrettoPoint, point: &[u8; 32], document: &DocumentId, version: u32) -> [u8; 32] {
    let shared = Zeroizing::new(secret.compress().to_bytes());
    let pad =
        Derivation::new(&shared).bytes::<32>("escrow-mask", &[document.as_bytes(), &version.to_be_bytes(), point]);
    let mut masked = *bytes;
    masked.iter_mut().zip(pad.iter()).for_each(|(byte, pad)| *byte ^= pad);
    masked
}
