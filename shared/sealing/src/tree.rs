//! The Merkle tree over a document's leaves (RFC 6962, 2.1, with SM3), always of a power of two.

use crate::hash::Hash;

/// Hashes on a path at most: 8192 leaves.
pub const MAX_PATH: usize = 13;

fn parent(left: &Hash, right: &Hash) -> Hash {
    Hash::sm3(&[&[0x01], left.as_bytes(), right.as_bytes()])
}

/// A tree whose leaf count is a power of two.
pub(crate) struct Tree {
    /// From the leaves up to the root; each level half as long as the one before.
    levels: Vec<Vec<Hash>>,
}

impl Tree {
    pub(crate) fn new(leaves: Vec<Hash>) -> Self {
        debug_assert!(leaves.len().is_power_of_two(), "checked before a tree is built");
        let mut levels = vec![leaves];
        while let Some(last) = levels.last().filter(|last| last.len() > 1) {
            let (pairs, _) = last.as_chunks::<2>();
            let next = pairs.iter().map(|[left, right]| parent(left, right)).collect();
            levels.push(next);
        }
        Self { levels }
    }

    pub(crate) fn root(&self) -> Hash {
        self.levels.last().and_then(|top| top.first()).copied().unwrap_or_default()
    }

    /// The siblings from leaf `index` upwards.
    pub(crate) fn path(&self, index: usize) -> Vec<Hash> {
        let below_root = self.levels.len().saturating_sub(1);
        let siblings = self.levels.iter().take(below_root).enumerate();
        siblings.filter_map(|(level, hashes)| hashes.get(index >> level ^ 1).copied()).collect()
    }
}

/// The root that `leaf` at `index` leads to along `path`; none if the index lies outside such a tree.
pub(crate) fn root_of(leaf: Hash, index: u32, path: &[Hash]) -> Option<Hash> {
    if path.len() > MAX_PATH || index >> path.len() != 0 {
        return None;
    }
    let climb = |(hash, index): (Hash, u32), sibling: &Hash| {
        let up = if index & 1 == 0 { parent(&hash, sibling) } else { parent(sibling, &hash) };
        (up, index >> 1)
    };
    Some(path.iter().fold((leaf, index), climb).0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_leads_to_the_root() {
        let leaves: Vec<Hash> = (0..16_u8).map(|n| Hash::sm3(&[&[n]])).collect();
        let tree = Tree::new(leaves.clone());
        for (index, leaf) in (0..).zip(&leaves) {
            let path = tree.path(index as usize);
            assert_eq!(path.len(), 4);
            assert_eq!(root_of(*leaf, index, &path), Some(tree.root()));
            assert_ne!(root_of(*leaf, index ^ 1, &path), Some(tree.root()));
            assert_eq!(root_of(*leaf, index + 16, &path), None);
        }
        assert_eq!(root_of(leaves[0], 0, &[leaves[0]; MAX_PATH + 1]), None);
    }
}
