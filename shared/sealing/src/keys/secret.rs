//! The symmetric keys inside a document: of all fields, of the index, of one field.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::{derive::Derivation, document::DocumentId, hash::Hash, leaf::LeafId};

/// `K`: opens every field of one version. Never printed, zeroized when dropped.
#[derive(Clone)]
pub struct DocumentKey(Zeroizing<[u8; 32]>);

impl DocumentKey {
    /// A key from a grant or a sealed key store.
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(Zeroizing::new(*bytes))
    }

    /// The key, to be sealed to a reader or kept in a sealed key store only.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// `k_id = HKDF(K, "index")`.
    pub fn index_key(&self) -> IndexKey {
        IndexKey(self.derive().bytes("index", &[]))
    }

    /// `k_f = HKDF(K, "field" ‖ document id ‖ version ‖ pointer)`.
    pub fn field_key(&self, document: &DocumentId, version: u32, pointer: &str) -> FieldKey {
        FieldKeyring::new(self, document, version).field_key(pointer)
    }

    pub(crate) fn derive(&self) -> Derivation {
        Derivation::new(&self.0)
    }
}

/// Derives many field keys of one version.
pub(crate) struct FieldKeyring {
    derivation: Derivation,
    document: DocumentId,
    version: [u8; 4],
}

impl FieldKeyring {
    pub(crate) fn new(key: &DocumentKey, document: &DocumentId, version: u32) -> Self {
        Self { derivation: key.derive(), document: *document, version: version.to_be_bytes() }
    }

    pub(crate) fn field_key(&self, pointer: &str) -> FieldKey {
        FieldKey(self.derivation.bytes("field", &[self.document.as_bytes(), &self.version, pointer.as_bytes()]))
    }
}

/// `k_id`: says where a pointer's leaf is. Never printed, zeroized when dropped.
#[derive(Clone)]
pub struct IndexKey(Zeroizing<[u8; 32]>);

impl IndexKey {
    /// A key from a grant.
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(Zeroizing::new(*bytes))
    }

    /// The key, to be sealed to a reader only.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// `SM3(k_id)`, as the header has it.
    pub fn hash(&self) -> Hash {
        Hash::sm3(&[self.0.as_ref()])
    }

    /// The first 16 bytes of `HMAC(k_id, pointer)`.
    pub fn leaf_id(&self, pointer: &str) -> LeafId {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.0.as_ref()) else {
            unreachable!("HMAC takes keys of any length")
        };
        mac.update(pointer.as_bytes());
        let [first, ..] = *mac.finalize().into_bytes().0.as_chunks::<16>().0 else {
            unreachable!("an HMAC has thirty-two bytes")
        };
        LeafId::from_bytes(first)
    }
}

/// `k_f`: opens one field. Never printed, zeroized when dropped.
#[derive(Clone)]
pub struct FieldKey(Zeroizing<[u8; 32]>);

impl FieldKey {
    /// A key from a grant.
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(Zeroizing::new(*bytes))
    }

    /// The key, to be sealed to a reader only.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub(crate) fn derive(&self) -> Derivation {
        Derivation::new(&self.0)
    }
}

/// What opens chosen fields: their keys, and the index key that shows each is the only leaf of its pointer.
#[derive(Clone)]
pub struct FieldKeys {
    /// Recomputes leaf ids.
    pub index_key: IndexKey,
    /// JSON Pointers (RFC 6901) and keys.
    pub fields: Vec<(String, FieldKey)>,
}
