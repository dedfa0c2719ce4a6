//! The evaluators' side: shares of the key, their dealing, and answers with proofs.

use std::fmt;

use curve25519_dalek::{
    RistrettoPoint, Scalar,
    ristretto::CompressedRistretto,
    traits::{Identity as _, IsIdentity as _},
};
use minicbor::{CborLen, Decode, Encode};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize as _, ZeroizeOnDrop, Zeroizing};

use super::{FingerprintError, MAX_EVALUATORS, client::BlindedElement, dleq};
use crate::wire;

/// A group element on the wire; in JSON 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, CborLen, Serialize, Deserialize)]
#[cbor(transparent)]
#[serde(transparent)]
pub struct ShareKey(
    #[cbor(n(0), with = "minicbor::bytes")]
    #[serde(with = "wire::fixed")]
    [u8; 32],
);

impl fmt::Debug for ShareKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl ShareKey {
    pub(super) fn new(point: &RistrettoPoint) -> Self {
        Self(point.compress().to_bytes())
    }

    pub(super) fn point(&self) -> Option<RistrettoPoint> {
        CompressedRistretto(self.0).decompress().filter(|point| !point.is_identity())
    }
}

/// What everyone knows of the shared key.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FingerprintPublic {
    /// How many evaluators it takes.
    #[n(0)]
    pub threshold: u16,
    /// The whole key's public half.
    #[n(1)]
    pub key: ShareKey,
    /// The public halves of share 1, 2, ….
    #[n(2)]
    pub shares: Vec<ShareKey>,
}

impl FingerprintPublic {
    /// That the shares are points on one polynomial of degree t − 1 with the key at zero.
    ///
    /// # Errors
    /// [`FingerprintError::Threshold`] or [`FingerprintError::Element`].
    pub fn check(&self) -> Result<(), FingerprintError> {
        let threshold = usize::from(self.threshold);
        if threshold == 0 || threshold > self.shares.len() || self.shares.len() > MAX_EVALUATORS {
            return Err(FingerprintError::Threshold);
        }
        let points = self.shares.iter().map(ShareKey::point).collect::<Option<Vec<_>>>();
        let points: Vec<(u16, RistrettoPoint)> = (1..).zip(points.ok_or(FingerprintError::Element)?).collect();
        let key = self.key.point().ok_or(FingerprintError::Element)?;
        let (basis, rest) = points.split_at_checked(threshold).ok_or(FingerprintError::Threshold)?;
        let fits = interpolate(basis, 0) == Some(key)
            && rest.iter().all(|(index, point)| interpolate(basis, *index) == Some(*point));
        if fits { Ok(()) } else { Err(FingerprintError::Element) }
    }

    pub(super) fn share(&self, index: u16) -> Option<RistrettoPoint> {
        self.shares.get(usize::from(index).checked_sub(1)?)?.point()
    }
}

/// `f(at)` in the exponent of the polynomial through `points`; `None` if two have one index.
pub(super) fn interpolate(points: &[(u16, RistrettoPoint)], at: u16) -> Option<RistrettoPoint> {
    let at = Scalar::from(at);
    let mut sum = RistrettoPoint::identity();
    for (i, point) in points {
        let xi = Scalar::from(*i);
        let (mut numerator, mut denominator) = (Scalar::ONE, Scalar::ONE);
        for (j, _) in points.iter().filter(|(j, _)| j != i) {
            let xj = Scalar::from(*j);
            numerator *= at - xj;
            denominator *= xi - xj;
        }
        sum += numerator * denominator.invert() * point;
    }
    let mut indices: Vec<u16> = points.iter().map(|(index, _)| *index).collect();
    indices.sort_unstable();
    indices.dedup();
    (indices.len() == points.len()).then_some(sum)
}

/// One evaluator's share of the key; zeroized when dropped, never printed.
#[derive(Clone, ZeroizeOnDrop)]
pub struct EvaluatorShare {
    index: u16,
    secret: Scalar,
}

/// An evaluator's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Evaluation {
    /// Whose share, counted from 1.
    #[n(0)]
    pub index: u16,
    /// The blinded element times the share.
    #[n(1)]
    pub element: ShareKey,
    /// The proof's `c`.
    #[cbor(n(2), with = "minicbor::bytes")]
    #[serde(with = "wire::fixed")]
    pub(super) challenge: [u8; 32],
    /// The proof's `s`.
    #[cbor(n(3), with = "minicbor::bytes")]
    #[serde(with = "wire::fixed")]
    pub(super) response: [u8; 32],
}

impl EvaluatorShare {
    /// Whose share, counted from 1.
    pub const fn index(&self) -> u16 {
        self.index
    }

    /// Index (two bytes, big-endian) and scalar, to be written to a sealed key store only.
    pub fn to_bytes(&self) -> Zeroizing<[u8; 34]> {
        let mut bytes = Zeroizing::new([0; 34]);
        bytes[..2].copy_from_slice(&self.index.to_be_bytes());
        bytes[2..].copy_from_slice(self.secret.as_bytes());
        bytes
    }

    /// The reverse of [`Self::to_bytes`].
    ///
    /// # Errors
    /// [`FingerprintError::Share`].
    pub fn from_bytes(bytes: &[u8; 34]) -> Result<Self, FingerprintError> {
        let (index, secret) = bytes.split_first_chunk::<2>().ok_or(FingerprintError::Share)?;
        let secret = secret.try_into().map_err(|_| FingerprintError::Share)?;
        let secret = Option::<Scalar>::from(Scalar::from_canonical_bytes(secret)).ok_or(FingerprintError::Share)?;
        let index = u16::from_be_bytes(*index);
        if index == 0 || secret == Scalar::ZERO {
            return Err(FingerprintError::Share);
        }
        Ok(Self { index, secret })
    }

    /// `BlindEvaluate` (RFC 9497, 3.3.2) under the share.
    ///
    /// # Errors
    /// [`FingerprintError::Element`] for bytes that are no element.
    pub fn evaluate(&self, blinded: &BlindedElement, rng: &mut impl CryptoRng) -> Result<Evaluation, FingerprintError> {
        let c = blinded.point().ok_or(FingerprintError::Element)?;
        let d = self.secret * c;
        let b = RistrettoPoint::mul_base(&self.secret);
        let proof = dleq::generate(&self.secret, &b, &c, &d, rng).ok_or(FingerprintError::Element)?;
        let [challenge, response] = proof.map(|scalar| scalar.to_bytes());
        Ok(Evaluation { index: self.index, element: ShareKey::new(&d), challenge, response })
    }
}

/// Makes a key and deals `evaluators` shares of it, any `threshold` of which answer for the whole. The dealer forgets
/// the key; a network that trusts no dealer generates it in a distributed way.
///
/// # Errors
/// [`FingerprintError::Threshold`].
pub fn deal(
    threshold: u16,
    evaluators: u16,
    rng: &mut impl CryptoRng,
) -> Result<(FingerprintPublic, Vec<EvaluatorShare>), FingerprintError> {
    if threshold == 0 || threshold > evaluators || usize::from(evaluators) > MAX_EVALUATORS {
        return Err(FingerprintError::Threshold);
    }
    let mut polynomial: Vec<Scalar> = (0..threshold).map(|_| Scalar::random(rng)).collect();
    let shares: Vec<EvaluatorShare> = (1..=evaluators)
        .map(|index| {
            let x = Scalar::from(index);
            let secret = polynomial.iter().rev().fold(Scalar::ZERO, |sum, coefficient| sum * x + coefficient);
            EvaluatorShare { index, secret }
        })
        .collect();
    let public = |secret: &Scalar| ShareKey::new(&RistrettoPoint::mul_base(secret));
    let key = polynomial.first().map(public).ok_or(FingerprintError::Threshold)?;
    let public =
        FingerprintPublic { threshold, key, shares: shares.iter().map(|share| public(&share.secret)).collect() };
    polynomial.zeroize();
    Ok((public, shares))
}
