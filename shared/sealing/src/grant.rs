//! Grants: keys of chosen fields, or of all, sealed to one reader.

use minicbor::{CborLen, Decode, Encode};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{
    document::{DocumentHeader, DocumentId},
    envelope::{self, Envelope},
    error::SealingError,
    hash::Hash,
    keys::{DocumentKey, EncryptionKey, EncryptionPublicKey, FieldKeys},
    wire,
};

mod payload;

/// Length of a purpose at most.
pub const MAX_PURPOSE_LENGTH: usize = 64;

/// What grants' envelopes are sealed for.
const PURPOSE: &str = "grant";

/// What everyone sees of a grant; bound into the envelope so that it cannot be moved.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GrantHeader {
    /// The document.
    #[n(0)]
    pub document: DocumentId,
    /// The version whose fields it opens.
    #[n(1)]
    pub version: u32,
    /// A fresh pseudonym: two grants to one reader cannot be linked.
    #[n(2)]
    pub grantee: Hash,
    /// What the reader may use it for, such as `financing`.
    #[n(3)]
    pub purpose: String,
    /// Milliseconds since 1970 after which the reader should no longer use it.
    #[n(4)]
    pub expires: Option<u64>,
}

impl GrantHeader {
    /// A header with a fresh pseudonym for the version that `header` describes.
    pub fn new(header: &DocumentHeader, purpose: &str, expires: Option<u64>, rng: &mut impl CryptoRng) -> Self {
        let mut grantee = [0; 32];
        rng.fill_bytes(&mut grantee);
        Self {
            document: header.document,
            version: header.version,
            grantee: Hash::from_bytes(grantee),
            purpose: purpose.to_owned(),
            expires,
        }
    }

    /// That the purpose is a short plain word.
    ///
    /// # Errors
    /// [`SealingError::Grant`] if not.
    pub fn check(&self) -> Result<(), SealingError> {
        let named = (1..=MAX_PURPOSE_LENGTH).contains(&self.purpose.len())
            && self.purpose.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-');
        if named && self.version > 0 { Ok(()) } else { Err(SealingError::Grant) }
    }
}

/// A grant as the ledger records it; the author of the record signs it with the document's signing key.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SealedGrant {
    /// In the clear.
    #[n(0)]
    pub header: GrantHeader,
    /// The keys.
    #[n(1)]
    pub envelope: Envelope,
}

/// What a grant gives.
#[derive(Clone)]
pub enum GrantedKeys {
    /// Every field; what an endorser holds.
    Whole(DocumentKey),
    /// Chosen fields.
    Fields(FieldKeys),
}

impl SealedGrant {
    /// Seals `keys` to `reader`.
    ///
    /// # Errors
    /// [`SealingError::Grant`] for a bad purpose or for no or too many fields, [`SealingError::EncryptionKey`].
    pub fn give(
        header: GrantHeader,
        keys: &GrantedKeys,
        reader: &EncryptionPublicKey,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, SealingError> {
        header.check()?;
        let payload = payload::encode(keys)?;
        let envelope = envelope::seal_to(reader, PURPOSE, &wire::to_cbor(&header), &payload, rng)?;
        Ok(Self { header, envelope })
    }

    /// Opens a grant that was given to `key`. Whether the keys fit the document shows when fields are opened.
    ///
    /// # Errors
    /// [`SealingError::Envelope`] if it was given to another or altered, [`SealingError::Grant`] for bad content.
    pub fn open(&self, key: &EncryptionKey) -> Result<GrantedKeys, SealingError> {
        self.header.check()?;
        let payload: Zeroizing<Vec<u8>> = envelope::open(key, PURPOSE, &wire::to_cbor(&self.header), &self.envelope)?;
        payload::decode(&payload)
    }
}
