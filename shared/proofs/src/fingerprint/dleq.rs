//! Proofs that two discrete logarithms are equal: RFC 9497, 2.2, for one element.

use curve25519_dalek::{RistrettoPoint, Scalar, traits::VartimeMultiscalarMul as _};
use rand_core::CryptoRng;
use sha2::{Digest as _, Sha512};
use zeroize::Zeroize as _;

use super::suite::{CONTEXT, hash_to_scalar, prefixed};

/// `c` and `s`.
pub(crate) type DleqProof = [Scalar; 2];

/// `GenerateProof(k, A, B, [C], [D])` with `A` the generator, `B = kA` and `D = kC`.
pub(crate) fn generate(
    k: &Scalar,
    b: &RistrettoPoint,
    c: &RistrettoPoint,
    d: &RistrettoPoint,
    rng: &mut impl CryptoRng,
) -> Option<DleqProof> {
    let mut r = Scalar::random(rng);
    let proof = generate_with(k, b, c, d, &r);
    r.zeroize();
    proof
}

pub(super) fn generate_with(
    k: &Scalar,
    b: &RistrettoPoint,
    c: &RistrettoPoint,
    d: &RistrettoPoint,
    r: &Scalar,
) -> Option<DleqProof> {
    // (M, Z) = ComputeCompositesFast(k, B, C, D)
    let m = weight(b, c, d)? * c;
    let z = k * m;
    let t2 = RistrettoPoint::mul_base(r);
    let t3 = r * m;
    let c = challenge(b, &m, &z, &t2, &t3)?;
    Some([c, r - c * k])
}

/// `VerifyProof(A, B, [C], [D], proof)`.
pub(crate) fn verify(b: &RistrettoPoint, c: &RistrettoPoint, d: &RistrettoPoint, proof: &DleqProof) -> bool {
    // (M, Z) = ComputeComposites(B, C, D)
    let Some(di) = weight(b, c, d) else { return false };
    let (m, z) = (di * c, di * d);
    let [c, s] = proof;
    // t2 = sA + cB, t3 = sM + cZ
    let t2 = RistrettoPoint::vartime_double_scalar_mul_basepoint(c, b, s);
    let t3 = RistrettoPoint::vartime_multiscalar_mul([s, c], [m, z]);
    challenge(b, &m, &z, &t2, &t3).is_some_and(|expected| expected == *c)
}

/// The composite's `d_0`.
fn weight(b: &RistrettoPoint, c: &RistrettoPoint, d: &RistrettoPoint) -> Option<Scalar> {
    let mut h1 = Vec::new();
    prefixed(&mut h1, b.compress().as_bytes())?;
    prefixed(&mut h1, &[b"Seed-", CONTEXT].concat())?;
    let seed = Sha512::digest(&h1);
    let mut h2 = Vec::new();
    prefixed(&mut h2, &seed)?;
    h2.extend_from_slice(&0_u16.to_be_bytes());
    prefixed(&mut h2, c.compress().as_bytes())?;
    prefixed(&mut h2, d.compress().as_bytes())?;
    h2.extend_from_slice(b"Composite");
    Some(hash_to_scalar(&h2))
}

fn challenge(
    b: &RistrettoPoint,
    m: &RistrettoPoint,
    z: &RistrettoPoint,
    t2: &RistrettoPoint,
    t3: &RistrettoPoint,
) -> Option<Scalar> {
    let mut h2 = Vec::new();
    for point in [b, m, z, t2, t3] {
        prefixed(&mut h2, point.compress().as_bytes())?;
    }
    h2.extend_from_slice(b"Challenge");
    Some(hash_to_scalar(&h2))
}
