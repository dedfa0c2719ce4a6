//! That a leaf belongs to an anchored root, shown without any key.

use minicbor::{CborLen, Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::{document::DocumentHeader, error::SealingError, hash::Hash, leaf::LeafParts, sealed, tree::root_of};

/// A leaf, its position and the siblings on its way up.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LeafProof {
    /// The leaf, with its ciphertext's digest.
    #[n(0)]
    pub leaf: LeafParts,
    /// Its position, from 0.
    #[n(1)]
    pub index: u32,
    /// From the leaf upwards.
    #[n(2)]
    pub path: Vec<Hash>,
}

impl LeafProof {
    /// The root that this leaf leads to under `header`; compare it with the anchored one.
    ///
    /// # Errors
    /// [`SealingError::Root`] if position and path do not fit together.
    pub fn root(&self, header: &DocumentHeader) -> Result<Hash, SealingError> {
        let tree = root_of(self.leaf.digest(), self.index, &self.path).ok_or(SealingError::Root)?;
        Ok(sealed::root(header, &tree))
    }

    /// That the leaf belongs to the `anchored` root.
    ///
    /// # Errors
    /// [`SealingError::Root`] if not.
    pub fn check(&self, header: &DocumentHeader, anchored: &Hash) -> Result<(), SealingError> {
        if self.root(header)? == *anchored { Ok(()) } else { Err(SealingError::Root) }
    }
}
