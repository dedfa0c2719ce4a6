//! Escrow capsules: a document key encrypted to the supervision key on Ristretto255 (RFC 9496).

use minicbor::{CborLen, Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::wire;

/// `R = rB`, `ct = K ⊕ KDF(rY)` and a proof of knowledge of `r` bound to document and version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Capsule {
    /// `R`, compressed.
    #[cbor(n(0), with = "minicbor::bytes")]
    #[serde(with = "wire::fixed")]
    pub(crate) point: [u8; 32],
    /// The document key, masked.
    #[cbor(n(1), with = "minicbor::bytes")]
    #[serde(with = "wire::fixed")]
    pub(crate) masked: [u8; 32],
    /// The proof's commitment `T = tB`, compressed.
    #[cbor(n(2), with = "minicbor::bytes")]
    #[serde(with = "wire::fixed")]
    pub(crate) commitment: [u8; 32],
    /// The proof's response `z = t + cr`.
    #[cbor(n(3), with = "minicbor::bytes")]
    #[serde(with = "wire::fixed")]
    pub(crate) response: [u8; 32],
}
