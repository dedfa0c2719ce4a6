//! Inclusion and consistency proofs (RFC 6962, 2.1.1 and 2.1.2) from the hashes of complete subtrees.

use kontor_sealing::Hash;

use super::{empty_root, parent};

/// Where hashes of complete subtrees come from.
pub trait Subtrees {
    /// Why a hash could not be had.
    type Error;

    /// The hash of the complete subtree over leaves `index·2^level ..  (index+1)·2^level`.
    ///
    /// # Errors
    /// Where the store cannot give it.
    fn subtree(&self, level: u32, index: u64) -> Result<Hash, Self::Error>;
}

/// The root of the first `size` leaves.
///
/// # Errors
/// As [`Subtrees::subtree`].
pub fn root<S: Subtrees>(source: &S, size: u64) -> Result<Hash, S::Error> {
    if size == 0 { Ok(empty_root()) } else { range(source, 0, size) }
}

/// The inclusion proof of leaf `index` in the first `size` leaves, leaf to root; `None` unless `index < size`.
///
/// # Errors
/// As [`Subtrees::subtree`].
pub fn inclusion<S: Subtrees>(source: &S, index: u64, size: u64) -> Result<Option<Vec<Hash>>, S::Error> {
    if index >= size {
        return Ok(None);
    }
    let mut path = Vec::new();
    let (mut start, mut end) = (0, size);
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            path.push(range(source, middle, end)?);
            end = middle;
        } else {
            path.push(range(source, start, middle)?);
            start = middle;
        }
    }
    path.reverse();
    Ok(Some(path))
}

/// The proof that the first `from` leaves begin the first `to`; `None` unless `1 ≤ from ≤ to`.
///
/// # Errors
/// As [`Subtrees::subtree`].
pub fn consistency<S: Subtrees>(source: &S, from: u64, to: u64) -> Result<Option<Vec<Hash>>, S::Error> {
    if from == 0 || from > to {
        return Ok(None);
    }
    let mut path = Vec::new();
    let (mut start, mut end) = (0, to);
    // RFC 6962's b: the old tree is a subtree on the left edge, whose root the verifier knows.
    let mut known = true;
    while from != end {
        let middle = start + split(end - start);
        if from <= middle {
            path.push(range(source, middle, end)?);
            end = middle;
        } else {
            path.push(range(source, start, middle)?);
            start = middle;
            known = false;
        }
    }
    if !known {
        path.push(range(source, start, end)?);
    }
    path.reverse();
    Ok(Some(path))
}

/// The hash over leaves `start .. end`, where `start` is a multiple of the power of two at or above the length,
/// as it is for every node of an RFC 6962 tree.
fn range<S: Subtrees>(source: &S, start: u64, end: u64) -> Result<Hash, S::Error> {
    let length = end - start;
    if length.is_power_of_two() {
        let level = length.trailing_zeros();
        return source.subtree(level, start >> level);
    }
    let middle = start + split(length);
    Ok(parent(&range(source, start, middle)?, &range(source, middle, end)?))
}

/// The largest power of two below `length`, which is at least 2.
const fn split(length: u64) -> u64 {
    1 << (u64::BITS - 1 - (length - 1).leading_zeros())
}
