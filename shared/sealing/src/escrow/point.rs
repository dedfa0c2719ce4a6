//! Points and scalars of Ristretto255 (RFC 9496) from untrusted bytes.

use curve25519_dalek::{
    RistrettoPoint, Scalar,
    ristretto::CompressedRistretto,
    traits::{Identity as _, IsIdentity as _},
};

/// A canonical point other than the identity.
pub(super) fn point(bytes: &[u8; 32]) -> Option<RistrettoPoint> {
    CompressedRistretto(*bytes).decompress().filter(|point| !point.is_identity())
}

/// A canonical scalar.
pub(super) fn scalar(bytes: &[u8; 32]) -> Option<Scalar> {
    Scalar::from_canonical_bytes(*bytes).into()
}

/// `Σ λᵢ·pointᵢ`: the value at `at` of the polynomial in the exponent that passes through `points` at their indices.
/// `None` if two indices are equal.
pub(super) fn interpolate(points: &[(u16, RistrettoPoint)], at: u16) -> Option<RistrettoPoint> {
    let at = Scalar::from(at);
    let mut sum = RistrettoPoint::identity();
    for (i, (own, point)) in points.iter().enumerate() {
        let own = Scalar::from(*own);
        let (mut numerator, mut denominator) = (Scalar::ONE, Scalar::ONE);
        for (j, (other, _)) in points.iter().enumerate() {
            if i != j {
                let other = Scalar::from(*other);
                numerator *= at - other;
                denominator *= own - other;
            }
        }
        if denominator == Scalar::ZERO {
            return None;
        }
        sum += point * (numerator * denominator.invert());
    }
    Some(sum)
}
