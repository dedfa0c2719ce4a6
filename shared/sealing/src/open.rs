//! Opening fields, with every check that a holder of keys can make.

use curve25519_dalek::Scalar;
use serde_json::Value;
use zeroize::{Zeroize as _, Zeroizing};

use crate::{
    commitment::Opening,
    directory,
    error::SealingError,
    integer::IntegerForm,
    keys::{DocumentKey, FieldKey, FieldKeys, IndexKey, secret::FieldKeyring},
    leaf::{self, OpenedLeaf},
    pointer::{Field, is_pointer, unflatten},
    proof::LeafProof,
    sealed::{Rooted, SealedDocument},
};

#[cfg(test)]
mod tests;

/// A field that opened: its value, what its commitment is of, and how it hangs under the root. Id, key commitment,
/// ciphertext, commitment and path were checked; that the root is the anchored one, and that `form` is what the
/// schema says, is for the caller to compare.
pub struct OpenedField {
    /// JSON Pointer.
    pub pointer: String,
    /// A scalar or an empty container.
    pub value: Value,
    /// How the value became the number in its commitment.
    pub form: IntegerForm,
    /// Opens the commitment, where that is of an integer.
    pub opening: Option<Opening>,
    /// Leads to the root.
    pub proof: LeafProof,
    arrays: u32,
    committed: Zeroizing<Scalar>,
    blinding: Zeroizing<Scalar>,
}

impl OpenedField {
    /// What the commitment is of and its blinding, also for values that commit to a hash: for proofs of equality.
    pub fn scalar_opening(&self) -> (&Scalar, &Scalar) {
        (&self.committed, &self.blinding)
    }

    /// That the commitment is of what the schema demands: a sealer who declared more decimals than the currency has
    /// would commit to a larger amount than the text says.
    ///
    /// # Errors
    /// [`SealingError::IntegerForm`] if the sealer used another form.
    pub fn check_form(&self, expected: IntegerForm) -> Result<(), SealingError> {
        if self.form == expected {
            return Ok(());
        }
        let reason = "it was sealed under another form than the schema's";
        Err(SealingError::IntegerForm { pointer: self.pointer.clone(), reason })
    }

    pub(crate) fn new(pointer: String, opened: OpenedLeaf, proof: LeafProof) -> Self {
        let OpenedLeaf { plaintext, committed, mut blinding } = opened;
        let field = Self {
            pointer,
            value: plaintext.value,
            form: plaintext.form,
            opening: committed.integer().map(|value| Opening { value, blinding }),
            proof,
            arrays: plaintext.arrays,
            committed: Zeroizing::new(committed.scalar()),
            blinding: Zeroizing::new(blinding),
        };
        blinding.zeroize();
        field
    }
}

impl SealedDocument {
    /// The whole value.
    ///
    /// # Errors
    /// As [`SealedDocument::open_all_fields`], and [`SealingError::Structure`].
    pub fn open_all(&self, key: &DocumentKey) -> Result<Value, SealingError> {
        let fields = self.open_all_fields(key)?;
        unflatten(fields.into_iter().map(|OpenedField { pointer, arrays, value, .. }| Field { pointer, arrays, value }))
    }

    /// Every field of the value. Also opens all filler, so that nothing in the document stays unseen.
    ///
    /// # Errors
    /// [`SealingError::WrongKey`] for another document's key, [`SealingError::HiddenLeaf`] for leaves that are
    /// neither listed nor filler, and for a leaf that is not sound whichever of its checks failed.
    pub fn open_all_fields(&self, key: &DocumentKey) -> Result<Vec<OpenedField>, SealingError> {
        let reader = Reader::new(self, key)?;
        let (parts, pointers) = reader.pointers()?;
        let filler = self.leaves.len().checked_sub(parts + pointers.len()).ok_or(SealingError::Structure)?;
        let fields = pointers.into_iter().map(|pointer| reader.open(pointer)).collect::<Result<Vec<_>, _>>()?;
        let mut positions: Vec<u32> = fields.iter().map(|field| field.proof.index).collect();
        positions.sort_unstable();
        positions.dedup();
        if positions.len() != fields.len() {
            return Err(SealingError::Structure);
        }
        for n in 0..filler {
            let opened = reader.open(directory::filler_name(n)).map_err(|error| match error {
                SealingError::NoSuchField { .. } => SealingError::HiddenLeaf,
                other => other,
            })?;
            if !opened.value.is_null() {
                return Err(SealingError::HiddenLeaf);
            }
        }
        Ok(fields)
    }

    /// The fields that `keys` open, in that order.
    ///
    /// # Errors
    /// [`SealingError::WrongKey`] for another document's index key, [`SealingError::NoSuchField`], and for a leaf
    /// that is not sound whichever of its checks failed.
    pub fn open_fields(&self, keys: &FieldKeys) -> Result<Vec<OpenedField>, SealingError> {
        let rooted = self.rooted()?;
        if keys.index_key.hash() != self.header.index_key_hash {
            return Err(SealingError::WrongKey);
        }
        let open = |(pointer, key): &(String, FieldKey)| {
            let known = is_pointer(pointer);
            let found = self.find(&keys.index_key.leaf_id(pointer)).filter(|_| known);
            let (index, leaf) = found.ok_or_else(|| SealingError::NoSuchField { pointer: pointer.clone() })?;
            let opened = leaf::open(leaf, key, pointer)?;
            Ok(OpenedField::new(pointer.clone(), opened, rooted.proof(index, leaf)))
        };
        keys.fields.iter().map(open).collect()
    }

    /// The keys of chosen fields, to be granted.
    ///
    /// # Errors
    /// [`SealingError::WrongKey`] for another document's key, [`SealingError::NoSuchField`].
    pub fn field_keys<'a>(
        &self,
        key: &DocumentKey,
        pointers: impl IntoIterator<Item = &'a str>,
    ) -> Result<FieldKeys, SealingError> {
        let index_key = key.index_key();
        if index_key.hash() != self.header.index_key_hash {
            return Err(SealingError::WrongKey);
        }
        let keyring = FieldKeyring::new(key, &self.header.document, self.header.version);
        let of = |pointer: &str| {
            let found = is_pointer(pointer) && self.find(&index_key.leaf_id(pointer)).is_some();
            let pointer = pointer.to_owned();
            if found { Ok((keyring.field_key(&pointer), pointer)) } else { Err(SealingError::NoSuchField { pointer }) }
        };
        let fields = pointers.into_iter().map(|pointer| of(pointer).map(|(key, pointer)| (pointer, key)));
        Ok(FieldKeys { fields: fields.collect::<Result<_, _>>()?, index_key })
    }

    /// Every pointer of the value, for someone who holds the document key and chooses what to grant.
    ///
    /// # Errors
    /// As [`SealedDocument::open_all_fields`].
    pub fn pointers(&self, key: &DocumentKey) -> Result<Vec<String>, SealingError> {
        Reader::new(self, key)?.pointers().map(|(_, pointers)| pointers)
    }
}

/// Opens leaves with the document key.
struct Reader<'a> {
    document: &'a SealedDocument,
    rooted: Rooted,
    keyring: FieldKeyring,
    index_key: IndexKey,
}

impl<'a> Reader<'a> {
    fn new(document: &'a SealedDocument, key: &DocumentKey) -> Result<Self, SealingError> {
        let rooted = document.rooted()?;
        let index_key = key.index_key();
        if index_key.hash() != document.header.index_key_hash {
            return Err(SealingError::WrongKey);
        }
        let keyring = FieldKeyring::new(key, &document.header.document, document.header.version);
        Ok(Self { document, rooted, keyring, index_key })
    }

    fn open(&self, name: String) -> Result<OpenedField, SealingError> {
        let Some((index, leaf)) = self.document.find(&self.index_key.leaf_id(&name)) else {
            return Err(SealingError::NoSuchField { pointer: name });
        };
        let opened = leaf::open(leaf, &self.keyring.field_key(&name), &name)?;
        Ok(OpenedField::new(name, opened, self.rooted.proof(index, leaf)))
    }

    /// How many parts the list has, and the list.
    fn pointers(&self) -> Result<(usize, Vec<String>), SealingError> {
        let mut pointers = Vec::new();
        for n in 0.. {
            match self.open(directory::part_name(n)) {
                Ok(part) => pointers.extend(directory::read(&part.value)?),
                Err(SealingError::NoSuchField { .. }) if n > 0 => return Ok((n, pointers)),
                Err(SealingError::NoSuchField { .. }) => return Err(SealingError::HiddenLeaf),
                Err(error) => return Err(error),
            }
        }
        Err(SealingError::Structure)
    }
}
