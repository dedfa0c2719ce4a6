//! The sealed document: header and leaves, as it travels as an attachment; only its root stands on the ledger.

use minicbor::{CborLen, Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::{
    document::DocumentHeader,
    error::SealingError,
    hash::Hash,
    leaf::{Leaf, LeafId},
    proof::LeafProof,
    tree::{MAX_PATH, Tree},
    wire,
};

/// Leaves at least, filler included.
pub const MIN_LEAVES: usize = 16;

/// Leaves at most, filler included.
pub const MAX_LEAVES: usize = 1 << MAX_PATH;

/// Bytes of the compact form at most.
pub const MAX_ENCODED: usize = 16 << 20;

/// A document whose every field is ciphertext.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SealedDocument {
    /// What everyone sees.
    #[n(0)]
    pub header: DocumentHeader,
    /// Fields and filler in strictly increasing order of id.
    #[n(1)]
    pub leaves: Vec<Leaf>,
}

impl SealedDocument {
    /// The compact form: what is stored and hashed as the attachment.
    pub fn to_bytes(&self) -> Vec<u8> {
        wire::to_cbor(self)
    }

    /// Reads the compact form and checks everything that needs no key.
    ///
    /// # Errors
    /// [`SealingError::TooLarge`], [`SealingError::Encoding`], or as [`SealedDocument::check_root`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SealingError> {
        if bytes.len() > MAX_ENCODED {
            return Err(SealingError::TooLarge("sealed document"));
        }
        let document: Self = wire::from_cbor(bytes).ok_or(SealingError::Encoding)?;
        document.check()?;
        Ok(document)
    }

    /// SM3 of the compact form.
    pub fn attachment_digest(&self) -> Hash {
        Hash::sm3(&[&self.to_bytes()])
    }

    /// Checks everything that needs no key and computes the root; the caller compares it with the ledger's.
    ///
    /// # Errors
    /// [`SealingError::DocumentId`], [`SealingError::Header`], [`SealingError::Leaves`].
    pub fn check_root(&self) -> Result<Hash, SealingError> {
        Ok(self.rooted()?.root)
    }

    /// The way from one leaf to the root, for someone who checks or proves something about it.
    ///
    /// # Errors
    /// As [`SealedDocument::check_root`], and [`SealingError::Root`] if there is no such leaf.
    pub fn leaf_proof(&self, id: &LeafId) -> Result<LeafProof, SealingError> {
        let rooted = self.rooted()?;
        let (index, leaf) = self.find(id).ok_or(SealingError::Root)?;
        Ok(rooted.proof(index, leaf))
    }

    pub(crate) fn find(&self, id: &LeafId) -> Option<(usize, &Leaf)> {
        let index = self.leaves.binary_search_by(|leaf| leaf.id.cmp(id)).ok()?;
        self.leaves.get(index).map(|leaf| (index, leaf))
    }

    pub(crate) fn rooted(&self) -> Result<Rooted, SealingError> {
        self.check()?;
        let tree = Tree::new(self.leaves.iter().map(|leaf| leaf.parts().digest()).collect());
        let root = root(&self.header, &tree.root());
        Ok(Rooted { tree, root })
    }

    fn check(&self) -> Result<(), SealingError> {
        self.header.check()?;
        let count = (MIN_LEAVES..=MAX_LEAVES).contains(&self.leaves.len()) && self.leaves.len().is_power_of_two();
        let increasing = self.leaves.iter().zip(self.leaves.iter().skip(1)).all(|(a, b)| a.id < b.id);
        if count && increasing && self.leaves.iter().all(Leaf::has_listed_length) {
            Ok(())
        } else {
            Err(SealingError::Leaves)
        }
    }
}

/// `SM3(0x02 ‖ header ‖ tree)`.
pub(crate) fn root(header: &DocumentHeader, tree: &Hash) -> Hash {
    Hash::sm3(&[&[0x02], &header.to_cbor(), tree.as_bytes()])
}

/// A document that passed its checks, with its tree.
pub(crate) struct Rooted {
    tree: Tree,
    pub(crate) root: Hash,
}

impl Rooted {
    pub(crate) fn proof(&self, index: usize, leaf: &Leaf) -> LeafProof {
        // Bounded by MAX_LEAVES.
        LeafProof { leaf: leaf.parts(), index: index as u32, path: self.tree.path(index) }
    }
}
