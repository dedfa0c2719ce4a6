//! The bank's side: blinding an input, checking the answers, unblinding.

use std::fmt;

use curve25519_dalek::{RistrettoPoint, Scalar, ristretto::CompressedRistretto, traits::IsIdentity as _};
use minicbor::{CborLen, Decode, Encode};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha512};
use zeroize::ZeroizeOnDrop;

use super::{
    FingerprintError, dleq,
    evaluator::{Evaluation, FingerprintPublic, interpolate},
    suite::{hash_to_group, prefixed},
};
use crate::wire;

/// A fingerprint's 64 bytes.
pub type Output = [u8; 64];

/// What an evaluator sees; in JSON 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, CborLen, Serialize, Deserialize)]
#[cbor(transparent)]
#[serde(transparent)]
pub struct BlindedElement(
    #[cbor(n(0), with = "minicbor::bytes")]
    #[serde(with = "wire::fixed")]
    [u8; 32],
);

impl fmt::Debug for BlindedElement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl BlindedElement {
    /// Takes bytes as they come.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The compressed point.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub(super) fn point(&self) -> Option<RistrettoPoint> {
        CompressedRistretto(self.0).decompress().filter(|point| !point.is_identity())
    }
}

/// What turns the answers into the output; zeroized when dropped, never printed.
#[derive(Clone, ZeroizeOnDrop)]
pub struct Blinding(Scalar);

impl Blinding {
    /// The scalar, to be kept sealed while answers are awaited.
    pub fn to_bytes(&self) -> zeroize::Zeroizing<[u8; 32]> {
        zeroize::Zeroizing::new(self.0.to_bytes())
    }

    /// The reverse of [`Self::to_bytes`].
    ///
    /// # Errors
    /// [`FingerprintError::Input`] for bytes that are no blinding.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, FingerprintError> {
        let scalar = Option::<Scalar>::from(Scalar::from_canonical_bytes(*bytes)).ok_or(FingerprintError::Input)?;
        if scalar == Scalar::ZERO { Err(FingerprintError::Input) } else { Ok(Self(scalar)) }
    }
}

/// `Blind` (RFC 9497, 3.3.1).
///
/// # Errors
/// [`FingerprintError::Input`].
pub fn blind(input: &[u8], rng: &mut impl CryptoRng) -> Result<(Blinding, BlindedElement), FingerprintError> {
    let blinding = Blinding(Scalar::random(rng));
    let blinded = apply(input, &blinding)?;
    Ok((blinding, blinded))
}

pub(super) fn apply(input: &[u8], blinding: &Blinding) -> Result<BlindedElement, FingerprintError> {
    let element = hash_to_group(input);
    if element.is_identity() || input.len() > usize::from(u16::MAX) {
        return Err(FingerprintError::Input);
    }
    Ok(BlindedElement((blinding.0 * element).compress().to_bytes()))
}

/// Checks every answer's proof, combines a threshold of them and unblinds: `Finalize` (RFC 9497, 3.3.2).
///
/// # Errors
/// [`FingerprintError::Evaluation`] naming the evaluator whose answer does not hold or that answered twice,
/// [`FingerprintError::TooFew`], [`FingerprintError::Input`].
pub fn finalize(
    input: &[u8],
    blinding: &Blinding,
    public: &FingerprintPublic,
    evaluations: &[Evaluation],
) -> Result<Output, FingerprintError> {
    let blinded = apply(input, blinding)?.point().ok_or(FingerprintError::Input)?;
    let mut answers: Vec<(u16, RistrettoPoint)> = Vec::with_capacity(evaluations.len());
    for evaluation in evaluations {
        let bad = FingerprintError::Evaluation(evaluation.index);
        let element = checked(evaluation, public, &blinded).ok_or(bad)?;
        if answers.iter().any(|(index, _)| *index == evaluation.index) {
            return Err(bad);
        }
        answers.push((evaluation.index, element));
    }
    let too_few = FingerprintError::TooFew { given: answers.len(), needed: public.threshold };
    let needed = answers.get(..usize::from(public.threshold)).filter(|needed| !needed.is_empty()).ok_or(too_few)?;
    let evaluated = interpolate(needed, 0).ok_or(too_few)?;
    // N = blind^-1 * evaluatedElement
    let unblinded = blinding.0.invert() * evaluated;
    let mut hash_input = Vec::with_capacity(input.len() + 48);
    prefixed(&mut hash_input, input).ok_or(FingerprintError::Input)?;
    prefixed(&mut hash_input, unblinded.compress().as_bytes()).ok_or(FingerprintError::Input)?;
    hash_input.extend_from_slice(b"Finalize");
    Ok(Sha512::digest(&hash_input).into())
}

impl FingerprintPublic {
    /// That one answer was made with its evaluator's share, before enough others are there to combine it with.
    ///
    /// # Errors
    /// [`FingerprintError::Element`] for a blinded element that is none, [`FingerprintError::Evaluation`].
    pub fn check_evaluation(&self, blinded: &BlindedElement, evaluation: &Evaluation) -> Result<(), FingerprintError> {
        let blinded = blinded.point().ok_or(FingerprintError::Element)?;
        checked(evaluation, self, &blinded).map(|_| ()).ok_or(FingerprintError::Evaluation(evaluation.index))
    }
}

fn checked(evaluation: &Evaluation, public: &FingerprintPublic, blinded: &RistrettoPoint) -> Option<RistrettoPoint> {
    let share = public.share(evaluation.index)?;
    let element = evaluation.element.point()?;
    let scalar = |bytes| Option::<Scalar>::from(Scalar::from_canonical_bytes(bytes));
    let proof = [scalar(evaluation.challenge)?, scalar(evaluation.response)?];
    dleq::verify(&share, blinded, &element, &proof).then_some(element)
}
