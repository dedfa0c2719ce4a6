//! Checking inclusion and consistency proofs by the algorithms of RFC 9162, 2.1.3.2 and 2.1.4.2.

use kontor_sealing::Hash;

use super::{empty_root, parent};

/// Why a Merkle proof does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MerkleError {
    /// The leaf's index is not below the size, or the old size above the new.
    #[error("the proof speaks of positions outside the log")]
    Bounds,
    /// The path has more or fewer hashes than the sizes demand.
    #[error("the proof has the wrong length")]
    Length,
    /// The hashes do not lead to the root.
    #[error("the proof does not lead to the root")]
    Root,
}

/// Checks that `leaf` is at `index` in the log of `size` leaves with `root`.
///
/// # Errors
/// Any [`MerkleError`].
pub fn verify_inclusion(leaf: Hash, index: u64, size: u64, path: &[Hash], root: &Hash) -> Result<(), MerkleError> {
    if index >= size {
        return Err(MerkleError::Bounds);
    }
    let (mut node, mut last, mut hash) = (index, size - 1, leaf);
    for sibling in path {
        if last == 0 {
            return Err(MerkleError::Length);
        }
        if node & 1 == 1 || node == last {
            hash = parent(sibling, &hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = parent(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(MerkleError::Length);
    }
    if hash == *root { Ok(()) } else { Err(MerkleError::Root) }
}

/// Checks that the log of `from` leaves with `old` begins the log of `to` leaves with `new`.
///
/// # Errors
/// Any [`MerkleError`].
pub fn verify_consistency(from: u64, old: &Hash, to: u64, new: &Hash, path: &[Hash]) -> Result<(), MerkleError> {
    if from > to {
        return Err(MerkleError::Bounds);
    }
    if from == 0 || from == to {
        let equal = if from == 0 { *old == empty_root() } else { old == new };
        return match (path.is_empty(), equal) {
            (true, true) => Ok(()),
            (true, false) => Err(MerkleError::Root),
            (false, _) => Err(MerkleError::Length),
        };
    }
    // A complete old tree is itself the first hash; the prover leaves it out.
    let mut hashes = from.is_power_of_two().then_some(old).into_iter().chain(path);
    let first = hashes.next().ok_or(MerkleError::Length)?;
    let (mut node, mut last) = (from - 1, to - 1);
    while node & 1 == 1 {
        node >>= 1;
        last >>= 1;
    }
    let (mut old_hash, mut new_hash) = (*first, *first);
    for hash in hashes {
        if last == 0 {
            return Err(MerkleError::Length);
        }
        if node & 1 == 1 || node == last {
            old_hash = parent(hash, &old_hash);
            new_hash = parent(hash, &new_hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            new_hash = parent(&new_hash, hash);
        }
        node >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(MerkleError::Length);
    }
    if old_hash == *old && new_hash == *new { Ok(()) } else { Err(MerkleError::Root) }
}
