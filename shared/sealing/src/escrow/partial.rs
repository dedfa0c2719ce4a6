//! Partial decryptions, each with a proof of equal discrete logarithms (Chaum–Pedersen) that it used the share.

use curve25519_dalek::{RistrettoPoint, Scalar};
use minicbor::{CborLen, Decode, Encode};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use zeroize::Zeroize as _;

use super::{
    group::{EscrowGroup, EscrowKey, SharePublic},
    point::{point, scalar},
    share::Share,
};
use crate::{derive::hash_to_scalar, document::DocumentHeader, error::SealingError, wire};

/// `Dᵢ = yᵢR` and that `log_B Yᵢ = log_R Dᵢ`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Partial {
    /// Whose share, counted from 1.
    #[n(0)]
    pub index: u16,
    /// `Dᵢ`, compressed.
    #[cbor(n(1), with = "minicbor::bytes")]
    #[serde(with = "wire::fixed")]
    point: [u8; 32],
    /// The challenge `c`.
    #[cbor(n(2), with = "minicbor::bytes")]
    #[serde(with = "wire::fixed")]
    challenge: [u8; 32],
    /// The response `z = k + cyᵢ`.
    #[cbor(n(3), with = "minicbor::bytes")]
    #[serde(with = "wire::fixed")]
    response: [u8; 32],
}

impl Share {
    /// This holder's contribution to opening the capsule of `header`. Refuses a capsule that was not made for this
    /// very document: otherwise a copy of another document's capsule would open that one.
    ///
    /// # Errors
    /// [`SealingError::Capsule`].
    pub fn partial(
        &self,
        header: &DocumentHeader,
        escrow: &EscrowKey,
        rng: &mut impl CryptoRng,
    ) -> Result<Partial, SealingError> {
        header.capsule.verify(escrow, &header.document, header.version)?;
        let r = header.capsule.point().ok_or(SealingError::Capsule)?;
        let d = r * self.secret;
        let mut k = Scalar::random(rng);
        let (t1, t2) = (RistrettoPoint::mul_base(&k), r * k);
        let point = d.compress().to_bytes();
        let c = challenge(header, self.index, &SharePublic::new(&self.public()), &point, &t1, &t2);
        let response = (k + c * self.secret).to_bytes();
        k.zeroize();
        Ok(Partial { index: self.index, point, challenge: c.to_bytes(), response })
    }
}

impl Partial {
    /// That the contribution was made with the share of that index in `group`, for the capsule of `header`.
    ///
    /// # Errors
    /// [`SealingError::Partial`] with the index.
    pub fn verify(&self, group: &EscrowGroup, header: &DocumentHeader) -> Result<(), SealingError> {
        self.verified_point(group, header).map(|_| ())
    }

    pub(super) fn verified_point(
        &self,
        group: &EscrowGroup,
        header: &DocumentHeader,
    ) -> Result<RistrettoPoint, SealingError> {
        self.check(group, header).ok_or(SealingError::Partial { index: self.index })
    }

    fn check(&self, group: &EscrowGroup, header: &DocumentHeader) -> Option<RistrettoPoint> {
        let public = group.share(self.index)?;
        let (y, r, d) = (public.point()?, header.capsule.point()?, point(&self.point)?);
        let (c, z) = (scalar(&self.challenge)?, scalar(&self.response)?);
        let t1 = RistrettoPoint::vartime_double_scalar_mul_basepoint(&-c, &y, &z);
        let t2 = r * z - d * c;
        (challenge(header, self.index, public, &self.point, &t1, &t2) == c).then_some(d)
    }
}

fn challenge(
    header: &DocumentHeader,
    index: u16,
    public: &SharePublic,
    point: &[u8; 32],
    t1: &RistrettoPoint,
    t2: &RistrettoPoint,
) -> Scalar {
    hash_to_scalar(
        "escrow-partial",
        &[
            header.document.as_bytes(),
            &header.version.to_be_bytes(),
            &index.to_be_bytes(),
            public.as_bytes(),
            header.capsule.point_bytes(),
            point,
            t1.compress().as_bytes(),
            t2.compress().as_bytes(),
        ],
    )
}
