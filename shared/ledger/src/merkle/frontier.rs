//! The right edge of the tree: enough to append and to know the root.

use kontor_sealing::Hash;
use minicbor::{CborLen, Decode, Encode};

use super::{empty_root, parent};

/// Size of a log and the roots of its complete subtrees, largest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode, CborLen)]
pub struct Frontier {
    #[n(0)]
    size: u64,
    #[n(1)]
    peaks: Vec<Hash>,
}

impl Frontier {
    /// The frontier of a log of `size` leaves; `peaks` as [`Self::peaks`] gave them. `None` if there are not as many
    /// as `size` has bits set.
    pub fn new(size: u64, peaks: Vec<Hash>) -> Option<Self> {
        (u32::try_from(peaks.len()) == Ok(size.count_ones())).then_some(Self { size, peaks })
    }

    /// Leaves so far.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Roots of the complete subtrees, largest first.
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// Appends a leaf's hash; gives its index.
    pub fn append(&mut self, leaf: Hash) -> u64 {
        let index = self.size;
        let mut hash = leaf;
        // Each trailing one of the index is a complete subtree that the new leaf's subtree now joins.
        for _ in 0..index.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                hash = parent(&left, &hash);
            }
        }
        self.peaks.push(hash);
        self.size = index.saturating_add(1);
        index
    }

    /// The root of the log.
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(smallest) = peaks.next() else { return empty_root() };
        peaks.fold(*smallest, |right, left| parent(left, &right))
    }
}
