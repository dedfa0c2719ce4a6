//! What the ledger knows of a sealed document: its id, the keys of its roles and the header under its root.

use std::{fmt, str::FromStr};

use minicbor::{CborLen, Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::{
    error::SealingError,
    escrow::{Capsule, EscrowKey},
    hash::{Hash, HashError},
    sign::PublicKey,
    suite::Suite,
    wire,
};

/// Length of a schema's name at most.
pub const MAX_SCHEMA_LENGTH: usize = 64;

/// Identifies a document through all its versions; fixed before anything is sealed.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Encode, Decode, CborLen, Serialize, Deserialize,
)]
#[cbor(transparent)]
#[serde(transparent)]
pub struct DocumentId(#[n(0)] Hash);

impl DocumentId {
    /// SM3 over the document's signing key and its salt.
    pub fn new(key: &PublicKey, salt: &[u8; 32]) -> Self {
        Self(Hash::sm3(&[b"kontor/v1/document-id", &wire::to_cbor(key), salt]))
    }

    /// An id that was computed elsewhere.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Hash::from_bytes(bytes))
    }

    /// The id's bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// The digest that the id is.
    pub const fn hash(&self) -> Hash {
        self.0
    }
}

impl From<Hash> for DocumentId {
    fn from(hash: Hash) -> Self {
        Self(hash)
    }
}

impl From<DocumentId> for Hash {
    fn from(id: DocumentId) -> Self {
        id.0
    }
}

impl AsRef<[u8]> for DocumentId {
    fn as_ref(&self) -> &[u8] {
        self.0.as_ref()
    }
}

impl fmt::Display for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for DocumentId {
    type Err = HashError;

    fn from_str(text: &str) -> Result<Self, HashError> {
        text.parse().map(Self)
    }
}

/// What a party is to a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, CborLen, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Delivers and is owed.
    #[n(0)]
    Seller,
    /// Receives and owes.
    #[n(1)]
    Buyer,
    /// Moves the goods.
    #[n(2)]
    Carrier,
    /// Finances.
    #[n(3)]
    Bank,
    /// Clears the goods.
    #[n(4)]
    Customs,
    /// Stores the goods.
    #[n(5)]
    Warehouse,
    /// Insures.
    #[n(6)]
    Insurer,
}

impl Role {
    /// The name used in key derivation and on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Seller => "seller",
            Self::Buyer => "buyer",
            Self::Carrier => "carrier",
            Self::Bank => "bank",
            Self::Customs => "customs",
            Self::Warehouse => "warehouse",
            Self::Insurer => "insurer",
        }
    }
}

/// The one-time key of a role; who stands behind it is said in a sealed field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RoleKey {
    /// The role.
    #[n(0)]
    pub role: Role,
    /// Checks what is signed in that role.
    #[n(1)]
    pub key: PublicKey,
}

/// What everyone sees of one version of a document; the root covers it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DocumentHeader {
    /// Name of the document's schema, such as `invoice`.
    #[n(0)]
    pub schema: String,
    /// Algorithms that the document is sealed with.
    #[n(1)]
    pub suite: Suite,
    /// The document, the same in every version.
    #[n(2)]
    pub document: DocumentId,
    /// Signs the document's records; with the salt it makes the id.
    #[n(3)]
    pub key: PublicKey,
    /// Random, the same in every version; the owner finds the document's secrets again by it.
    #[cbor(n(4), with = "minicbor::bytes")]
    #[serde(with = "wire::fixed")]
    pub salt: [u8; 32],
    /// From 1 upwards.
    #[n(5)]
    pub version: u32,
    /// Random for each sealing, so that no key ever encrypts twice.
    #[cbor(n(6), with = "minicbor::bytes")]
    #[serde(with = "wire::fixed")]
    pub version_salt: [u8; 32],
    /// One key for each role, in ascending order of role.
    #[n(7)]
    pub role_keys: Vec<RoleKey>,
    /// SM3 of the index key: one pointer has one leaf for every reader.
    #[n(8)]
    pub index_key_hash: Hash,
    /// The document key for the regulator together with the network.
    #[n(9)]
    pub capsule: Capsule,
}

impl DocumentHeader {
    /// That the id belongs to key and salt.
    ///
    /// # Errors
    /// [`SealingError::DocumentId`] if it does not.
    pub fn check_id(&self) -> Result<(), SealingError> {
        if DocumentId::new(&self.key, &self.salt) == self.document { Ok(()) } else { Err(SealingError::DocumentId) }
    }

    /// Everything that a header alone can show: the id, the version, a plausible schema name, and one key a role.
    ///
    /// # Errors
    /// [`SealingError::DocumentId`] or [`SealingError::Header`].
    pub fn check(&self) -> Result<(), SealingError> {
        self.check_id()?;
        let named = (1..=MAX_SCHEMA_LENGTH).contains(&self.schema.len())
            && self.schema.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-');
        let ascending = self.role_keys.iter().zip(self.role_keys.iter().skip(1)).all(|(a, b)| a.role < b.role);
        let one_suite = self.key.suite() == self.suite;
        if named && ascending && one_suite && self.version > 0 { Ok(()) } else { Err(SealingError::Header) }
    }

    /// That the capsule was made for this document and version under the network's supervision key.
    ///
    /// # Errors
    /// [`SealingError::Capsule`] if not.
    pub fn check_capsule(&self, escrow: &EscrowKey) -> Result<(), SealingError> {
        self.capsule.verify(escrow, &self.document, self.version)
    }

    /// The key of `role`, if the header lists one.
    pub fn role_key(&self, role: Role) -> Option<PublicKey> {
        self.role_keys.iter().find(|entry| entry.role == role).map(|entry| entry.key)
    }

    /// The canonical encoding that the root covers.
    pub(crate) fn to_cbor(&self) -> Vec<u8> {
        wire::to_cbor(self)
    }
}
