//! One document's secrets: its signing key and, for each sealing, a document key.

use zeroize::Zeroizing;

use crate::{
    derive::Derivation,
    document::{DocumentHeader, DocumentId},
    error::SealingError,
    keys::DocumentKey,
    sign::SigningKey,
};

/// What the owner of a document has and nobody else; never printed, zeroized when dropped.
#[derive(Clone)]
pub struct DocumentSecret {
    signing: SigningKey,
    secret: Zeroizing<[u8; 32]>,
    salt: [u8; 32],
    id: DocumentId,
}

impl DocumentSecret {
    pub(crate) fn new(signing: SigningKey, secret: Zeroizing<[u8; 32]>, salt: [u8; 32]) -> Self {
        let id = DocumentId::new(&signing.public(), &salt);
        Self { signing, secret, salt, id }
    }

    /// The document's id.
    pub const fn id(&self) -> DocumentId {
        self.id
    }

    /// The salt that stands in the document's header.
    pub const fn salt(&self) -> &[u8; 32] {
        &self.salt
    }

    /// Signs the document's records.
    pub const fn signing_key(&self) -> &SigningKey {
        &self.signing
    }

    /// The key of one sealing: `K = HKDF(secret, document id ‖ version ‖ version salt)`.
    pub fn key(&self, version: u32, version_salt: &[u8; 32]) -> DocumentKey {
        let parts: [&[u8]; 3] = [self.id.as_bytes(), &version.to_be_bytes(), version_salt];
        DocumentKey::from_bytes(&Derivation::new(&self.secret).bytes("document-key", &parts))
    }

    /// The key that sealed the version of `header`, found again from seed and ledger.
    ///
    /// # Errors
    /// [`SealingError::WrongKey`] if the document is another's.
    pub fn key_of(&self, header: &DocumentHeader) -> Result<DocumentKey, SealingError> {
        let key = self.key(header.version, &header.version_salt);
        if header.document == self.id && key.index_key().hash() == header.index_key_hash {
            Ok(key)
        } else {
            Err(SealingError::WrongKey)
        }
    }
}
