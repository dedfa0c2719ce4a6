//! That combinations commit to zero: knowledge of `xⱼ` with `Dⱼ = xⱼ H` for all j under one challenge
//! (Camenisch–Stadler's notation: `PK{(x₁ … xₙ): D₁ = x₁H ∧ … ∧ Dₙ = xₙH}`), in the commitment form of
//! draft-irtf-cfrg-sigma-protocols.

use curve25519_dalek::{
    RistrettoPoint, Scalar,
    ristretto::CompressedRistretto,
    traits::{IsIdentity as _, VartimeMultiscalarMul as _},
};
use kontor_sealing::commitment::BLINDING_GENERATOR;
use merlin::Transcript;
use rand_core::CryptoRng;
use zeroize::{Zeroize as _, Zeroizing};

use crate::{error::ProofError, transcript};

/// Bytes for one relation: `R` and `z`.
pub(crate) const LENGTH: usize = 64;

fn generator() -> Result<RistrettoPoint, ProofError> {
    CompressedRistretto(BLINDING_GENERATOR).decompress().ok_or(ProofError::Invalid)
}

/// Appends `(Rⱼ, zⱼ)` for each `(Dⱼ, xⱼ)` to `out`.
pub(crate) fn prove(
    transcript: &mut Transcript,
    zeros: &[(RistrettoPoint, Zeroizing<Scalar>)],
    out: &mut Vec<u8>,
    rng: &mut impl CryptoRng,
) -> Result<(), ProofError> {
    let h = generator()?;
    // Commit: Rⱼ = kⱼ H
    let mut k: Vec<Scalar> = zeros.iter().map(|_| Scalar::random(rng)).collect();
    let r: Vec<CompressedRistretto> = k.iter().map(|k| (k * h).compress()).collect();
    // Challenge
    let e = challenge(transcript, zeros.iter().map(|(d, _)| d), &r);
    // Response: zⱼ = kⱼ + e xⱼ
    for ((r, k), (_, x)) in r.iter().zip(&k).zip(zeros) {
        out.extend_from_slice(r.as_bytes());
        out.extend_from_slice((k + e * **x).as_bytes());
    }
    k.zeroize();
    Ok(())
}

/// Checks `zⱼ H = Rⱼ + e Dⱼ` for each j.
pub(crate) fn verify(transcript: &mut Transcript, d: &[RistrettoPoint], bytes: &[u8]) -> Result<(), ProofError> {
    let h = generator()?;
    let mut pairs = Vec::with_capacity(d.len());
    for pair in bytes.chunks(LENGTH) {
        let (r, z) = pair.split_first_chunk::<32>().ok_or(ProofError::Shape)?;
        let z: [u8; 32] = z.try_into().map_err(|_| ProofError::Shape)?;
        let z = Option::<Scalar>::from(Scalar::from_canonical_bytes(z)).ok_or(ProofError::Shape)?;
        pairs.push((CompressedRistretto(*r), z));
    }
    if pairs.len() != d.len() {
        return Err(ProofError::Shape);
    }
    let r: Vec<_> = pairs.iter().map(|(r, _)| *r).collect();
    let e = challenge(transcript, d.iter(), &r);
    for ((r, z), d) in pairs.iter().zip(d) {
        let r = r.decompress().ok_or(ProofError::Shape)?;
        if !RistrettoPoint::vartime_multiscalar_mul([*z, -e, -Scalar::ONE], [h, *d, r]).is_identity() {
            return Err(ProofError::Invalid);
        }
    }
    Ok(())
}

fn challenge<'a>(
    transcript: &mut Transcript,
    d: impl Iterator<Item = &'a RistrettoPoint>,
    r: &[CompressedRistretto],
) -> Scalar {
    for point in d {
        transcript.append_message(b"D", point.compress().as_bytes());
    }
    for point in r {
        transcript.append_message(b"R", point.as_bytes());
    }
    transcript::challenge(transcript, b"e")
}
