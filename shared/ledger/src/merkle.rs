//! The log's Merkle tree: RFC 6962 (section 2.1) with SM3 in the place of SHA-256.
//!
//! Hashes of complete subtrees are addressed by level and index: `(0, i)` is leaf `i`, `(l, i)` covers the leaves
//! `i·2^l ..  (i+1)·2^l`. A [`Frontier`] appends knowing only the right edge; [`Subtrees`] is what proofs are made
//! from, be it memory or tiles on disk.

mod frontier;
mod proof;
mod verify;

pub use frontier::Frontier;
pub use proof::{Subtrees, consistency, inclusion, root};
pub use verify::{MerkleError, verify_consistency, verify_inclusion};

use kontor_sealing::Hash;

use crate::{outcome::Outcome, time::Timestamp};

/// Hash of a leaf with this content: SM3(0x00 ‖ content).
pub fn leaf(content: &[&[u8]]) -> Hash {
    let parts: Vec<&[u8]> = std::iter::once([0x00].as_slice()).chain(content.iter().copied()).collect();
    Hash::sm3(&parts)
}

/// Hash of the record's leaf in the log: SM3(0x00 ‖ id ‖ outcome ‖ timestamp), numbers big-endian.
pub fn record_leaf(id: &Hash, outcome: Outcome, timestamp: Timestamp) -> Hash {
    leaf(&[id.as_bytes(), &outcome.number().to_be_bytes(), &timestamp.as_millis().to_be_bytes()])
}

/// Hash of an inner node: SM3(0x01 ‖ left ‖ right).
pub fn parent(left: &Hash, right: &Hash) -> Hash {
    Hash::sm3(&[&[0x01], left.as_bytes(), right.as_bytes()])
}

/// The root of a log without leaves: SM3 of nothing.
pub fn empty_root() -> Hash {
    Hash::sm3(&[])
}
