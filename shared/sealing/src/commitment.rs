//! Pedersen commitments on Ristretto255 (RFC 9496), with the generators that the range proofs use.

use std::{fmt, sync::LazyLock};

use curve25519_dalek::{
    RistrettoPoint, Scalar,
    ristretto::{CompressedRistretto, RistrettoBasepointTable},
};
use minicbor::{CborLen, Decode, Encode};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::wire;

/// The generator that blindings multiply: hashed to the group from `RISTRETTO_MASKING_BASEPOINT_1`, so that nobody
/// knows its logarithm; values multiply the group's base point.
pub const BLINDING_GENERATOR: [u8; 32] = [
    0x04, 0x4f, 0xad, 0x91, 0x4b, 0x34, 0x6d, 0x16, 0x23, 0xf0, 0xa1, 0x23, 0xc9, 0x0b, 0xec, 0x71, 0x2c, 0x6b, 0xac,
    0x71, 0x7f, 0x2a, 0xcb, 0xc4, 0x8e, 0x12, 0xdb, 0x5f, 0x6d, 0xca, 0xef, 0x79,
];

static BLINDING_TABLE: LazyLock<RistrettoBasepointTable> = LazyLock::new(|| {
    let Some(point) = CompressedRistretto(BLINDING_GENERATOR).decompress() else {
        unreachable!("the constant is a point")
    };
    RistrettoBasepointTable::create(&point)
});

/// A commitment as it stands on the wire; whether it is a point shows in [`Commitment::point`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, CborLen, Serialize, Deserialize)]
#[cbor(transparent)]
#[serde(transparent)]
pub struct Commitment(
    #[cbor(n(0), with = "minicbor::bytes")]
    #[serde(with = "wire::fixed")]
    [u8; 32],
);

impl Commitment {
    /// `value · B + blinding · H` for an integer.
    pub fn commit(value: u64, blinding: &Scalar) -> Self {
        Self::commit_scalar(&Scalar::from(value), blinding)
    }

    /// `value · B + blinding · H`, in constant time.
    pub fn commit_scalar(value: &Scalar, blinding: &Scalar) -> Self {
        Self::from_point(&(RistrettoPoint::mul_base(value) + &*BLINDING_TABLE * blinding))
    }

    /// The commitment that a point is.
    pub fn from_point(point: &RistrettoPoint) -> Self {
        Self(point.compress().to_bytes())
    }

    /// Takes bytes as they come.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The compressed point.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The point, if the bytes are the canonical encoding of one.
    pub fn point(&self) -> Option<RistrettoPoint> {
        CompressedRistretto(self.0).decompress()
    }
}

impl fmt::Debug for Commitment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// What a commitment is of, and its blinding; zeroized when dropped, never printed.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Opening {
    /// The integer.
    pub value: u64,
    /// The blinding factor.
    pub blinding: Scalar,
}

impl Opening {
    /// The commitment that this opens.
    pub fn commitment(&self) -> Commitment {
        Commitment::commit(self.value, &self.blinding)
    }
}
