//! One field shown to a third party that needs no copy of the sealed document: header, leaf, path and keys.

use minicbor::{CborLen, Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::{
    document::DocumentHeader,
    error::SealingError,
    hash::Hash,
    keys::{FieldKey, FieldKeys, IndexKey},
    leaf::{self, Leaf},
    open::OpenedField,
    pointer::is_pointer,
    proof::LeafProof,
    sealed::SealedDocument,
    wire,
};

/// A field with what opens it. It is not sealed: whoever sees it reads the field, so it travels in an envelope.
#[derive(Clone, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Disclosure {
    /// JSON Pointer.
    #[n(0)]
    pub pointer: String,
    #[cbor(n(1), with = "minicbor::bytes")]
    #[serde(with = "wire::fixed")]
    index_key: [u8; 32],
    #[cbor(n(2), with = "minicbor::bytes")]
    #[serde(with = "wire::fixed")]
    field_key: [u8; 32],
    /// The sealed field.
    #[n(3)]
    pub leaf: Leaf,
    /// Its position, from 0.
    #[n(4)]
    pub index: u32,
    /// From the leaf upwards.
    #[n(5)]
    pub path: Vec<Hash>,
}

impl Drop for Disclosure {
    fn drop(&mut self) {
        use zeroize::Zeroize as _;
        self.index_key.zeroize();
        self.field_key.zeroize();
    }
}

impl SealedDocument {
    /// What shows the fields of `keys` to a third party.
    ///
    /// # Errors
    /// As [`SealedDocument::check_root`], and [`SealingError::NoSuchField`].
    pub fn disclose(&self, keys: &FieldKeys) -> Result<Vec<Disclosure>, SealingError> {
        let rooted = self.rooted()?;
        let disclose = |(pointer, key): &(String, FieldKey)| {
            let found = self.find(&keys.index_key.leaf_id(pointer));
            let (position, leaf) = found.ok_or_else(|| SealingError::NoSuchField { pointer: pointer.clone() })?;
            let LeafProof { index, path, .. } = rooted.proof(position, leaf);
            Ok(Disclosure {
                pointer: pointer.clone(),
                index_key: *keys.index_key.as_bytes(),
                field_key: *key.as_bytes(),
                leaf: leaf.clone(),
                index,
                path,
            })
        };
        keys.fields.iter().map(disclose).collect()
    }
}

impl Disclosure {
    /// Opens the field with every check, against the `anchored` root of `header`.
    ///
    /// # Errors
    /// [`SealingError::WrongKey`], [`SealingError::NoSuchField`], [`SealingError::Root`], and for a leaf that is not
    /// sound whichever of its checks failed.
    pub fn open(&self, header: &DocumentHeader, anchored: &Hash) -> Result<OpenedField, SealingError> {
        header.check()?;
        let index_key = IndexKey::from_bytes(&self.index_key);
        if index_key.hash() != header.index_key_hash {
            return Err(SealingError::WrongKey);
        }
        if !is_pointer(&self.pointer) || index_key.leaf_id(&self.pointer) != self.leaf.id {
            return Err(SealingError::NoSuchField { pointer: self.pointer.clone() });
        }
        let proof = LeafProof { leaf: self.leaf.parts(), index: self.index, path: self.path.clone() };
        proof.check(header, anchored)?;
        let opened = leaf::open(&self.leaf, &FieldKey::from_bytes(&self.field_key), &self.pointer)?;
        Ok(OpenedField::new(self.pointer.clone(), opened, proof))
    }
}
