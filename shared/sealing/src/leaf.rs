//! One sealed field: what the tree's leaf covers, how it is made and how it is opened.

use aes_gcm::{
    Aes256Gcm,
    aead::{Aead as _, KeyInit as _, Payload},
};
use curve25519_dalek::Scalar;
use minicbor::{CborLen, Decode, Encode};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{
    commitment::Commitment,
    derive::Derivation,
    error::SealingError,
    hash::Hash,
    integer::Committed,
    keys::FieldKey,
    plaintext::{self, BUCKETS, Plaintext, TAG},
    wire,
};

/// Where a pointer's leaf is: the first 16 bytes of `HMAC(k_id, pointer)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, CborLen, Serialize, Deserialize)]
#[cbor(transparent)]
#[serde(transparent)]
pub struct LeafId(
    #[cbor(n(0), with = "minicbor::bytes")]
    #[serde(with = "wire::fixed")]
    [u8; 16],
);

impl LeafId {
    /// An id that was computed elsewhere.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The id's bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// A sealed field.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Leaf {
    /// Of the field's pointer.
    #[n(0)]
    pub id: LeafId,
    /// `kc`: no second key opens this ciphertext.
    #[n(1)]
    pub key_commitment: Hash,
    /// `ct`: the padded field.
    #[cbor(n(2), with = "minicbor::bytes")]
    #[serde(with = "wire::variable")]
    pub ciphertext: Vec<u8>,
    /// `com`: Pedersen commitment of the field's integer form.
    #[n(3)]
    pub commitment: Commitment,
}

impl Leaf {
    /// What the tree is built over, without the ciphertext itself.
    pub(crate) fn parts(&self) -> LeafParts {
        LeafParts {
            id: self.id,
            key_commitment: self.key_commitment,
            ciphertext_hash: Hash::sm3(&[&self.ciphertext]),
            commitment: self.commitment,
        }
    }

    /// Whether the ciphertext has one of the lengths that a padded field has.
    pub(crate) fn has_listed_length(&self) -> bool {
        BUCKETS.iter().any(|bucket| bucket + TAG == self.ciphertext.len())
    }
}

/// A leaf with its ciphertext's digest in place of the ciphertext: enough to lead to the root and to carry proofs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LeafParts {
    /// As in [`Leaf`].
    #[n(0)]
    pub id: LeafId,
    /// As in [`Leaf`].
    #[n(1)]
    pub key_commitment: Hash,
    /// SM3 of the ciphertext.
    #[n(2)]
    pub ciphertext_hash: Hash,
    /// As in [`Leaf`].
    #[n(3)]
    pub commitment: Commitment,
}

impl LeafParts {
    /// `SM3(0x00 ‖ id ‖ kc ‖ SM3(ct) ‖ com)`.
    pub fn digest(&self) -> Hash {
        Hash::sm3(&[
            &[0x00],
            self.id.as_bytes(),
            self.key_commitment.as_bytes(),
            self.ciphertext_hash.as_bytes(),
            self.commitment.as_bytes(),
        ])
    }
}

/// Everything that follows from a field key.
struct FieldSecrets {
    key_commitment: Hash,
    cipher: Aes256Gcm,
    nonce: [u8; 12],
    derivation: Derivation,
}

impl FieldSecrets {
    fn new(key: &FieldKey) -> Self {
        let derivation = key.derive();
        let key_commitment = Hash::from_bytes(*derivation.bytes::<32>("key-commitment", &[]));
        let aead_key = derivation.bytes::<32>("aead-key", &[]);
        let nonce = *derivation.bytes::<12>("aead-nonce", &[]);
        Self { key_commitment, cipher: Aes256Gcm::new((&*aead_key).into()), nonce, derivation }
    }

    fn blinding(&self) -> Scalar {
        self.derivation.scalar("blinding", &[])
    }
}

/// The commitment of `committed` under `blinding`.
fn commit(committed: &Committed, blinding: &Scalar) -> Commitment {
    Commitment::commit_scalar(&committed.scalar(), blinding)
}

/// Seals one field. The key must be new: its AEAD nonce is derived from it.
pub(crate) fn seal(
    id: LeafId,
    key: &FieldKey,
    pointer: &str,
    field: &Plaintext,
    bucket: Option<usize>,
) -> Result<Leaf, SealingError> {
    let committed = field
        .form
        .apply(&field.value, &field.canonical)
        .map_err(|reason| SealingError::IntegerForm { pointer: pointer.to_owned(), reason })?;
    let secrets = FieldSecrets::new(key);
    let padded = plaintext::encode(field, pointer, bucket)?;
    let payload = Payload { msg: &padded, aad: secrets.key_commitment.as_bytes() };
    let ciphertext =
        secrets.cipher.encrypt((&secrets.nonce).into(), payload).map_err(|_| SealingError::TooLarge("field"))?;
    let commitment = commit(&committed, &secrets.blinding());
    Ok(Leaf { id, key_commitment: secrets.key_commitment, ciphertext, commitment })
}

/// A field that opened, before it is tied to a root.
pub(crate) struct OpenedLeaf {
    pub(crate) plaintext: Plaintext,
    pub(crate) committed: Committed,
    pub(crate) blinding: Scalar,
}

/// Checks `kc`, decrypts, reads and checks `com`, in this order.
pub(crate) fn open(leaf: &Leaf, key: &FieldKey, pointer: &str) -> Result<OpenedLeaf, SealingError> {
    let secrets = FieldSecrets::new(key);
    if secrets.key_commitment != leaf.key_commitment {
        return Err(SealingError::KeyCommitment);
    }
    let payload = Payload { msg: &leaf.ciphertext, aad: secrets.key_commitment.as_bytes() };
    let padded = secrets
        .cipher
        .decrypt((&secrets.nonce).into(), payload)
        .map(Zeroizing::new)
        .map_err(|_| SealingError::Ciphertext)?;
    let plaintext = plaintext::decode(&padded, pointer)?;
    let committed =
        plaintext.form.apply(&plaintext.value, &plaintext.canonical).map_err(|_| SealingError::Plaintext)?;
    let blinding = secrets.blinding();
    if commit(&committed, &blinding) != leaf.commitment {
        return Err(SealingError::Commitment);
    }
    Ok(OpenedLeaf { plaintext, committed, blinding })
}
