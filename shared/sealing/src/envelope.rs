//! Messages sealed to one reader by HPKE (RFC 9180), DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.

use hpke::{
    Deserializable as _, OpModeR, OpModeS, Serializable as _, aead::AesGcm256, kdf::HkdfSha256, kem::X25519HkdfSha256,
    single_shot_open, single_shot_seal_with_rng,
};
use minicbor::{CborLen, Decode, Encode};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{
    derive::framed,
    error::SealingError,
    keys::{EncryptionKey, EncryptionPublicKey},
    wire,
};

/// Bytes of plaintext that fit into one envelope.
pub const MAX_PLAINTEXT: usize = 1 << 20;

/// What AES-GCM adds.
const TAG: usize = 16;

/// A sealed message; only the holder of the reader's key sees more than its length.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Envelope {
    /// RFC 9180's `enc`.
    #[cbor(n(0), with = "minicbor::bytes")]
    #[serde(with = "wire::fixed")]
    encapsulated: [u8; 32],
    /// RFC 9180's `ct`, tag included.
    #[cbor(n(1), with = "minicbor::bytes")]
    #[serde(with = "wire::variable")]
    ciphertext: Vec<u8>,
}

impl Envelope {
    /// The compact form, for where an envelope travels as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        wire::to_cbor(self)
    }

    /// Reads the compact form.
    ///
    /// # Errors
    /// [`SealingError::Encoding`] for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SealingError> {
        wire::from_cbor(bytes).ok_or(SealingError::Encoding)
    }
}

/// Seals `plaintext` to `reader`. `purpose` is a constant such as `grant` that keeps messages of one kind from
/// being taken for another; `associated` is bound to the message but not contained in it.
///
/// # Errors
/// [`SealingError::EncryptionKey`] for a key without a usable secret, [`SealingError::TooLarge`].
pub fn seal_to(
    reader: &EncryptionPublicKey,
    purpose: &str,
    associated: &[u8],
    plaintext: &[u8],
    rng: &mut impl CryptoRng,
) -> Result<Envelope, SealingError> {
    if plaintext.len() > MAX_PLAINTEXT {
        return Err(SealingError::TooLarge("envelope"));
    }
    let reader = <X25519HkdfSha256 as hpke::Kem>::PublicKey::from_bytes(reader.as_bytes())
        .map_err(|_| SealingError::EncryptionKey)?;
    let (encapsulated, ciphertext) = single_shot_seal_with_rng::<AesGcm256, HkdfSha256, X25519HkdfSha256>(
        &OpModeS::Base,
        &reader,
        &framed("envelope", &[purpose.as_bytes()]),
        plaintext,
        associated,
        rng,
    )
    .map_err(|_| SealingError::EncryptionKey)?;
    Ok(Envelope { encapsulated: encapsulated.to_bytes().into(), ciphertext })
}

/// Opens an envelope that was sealed to `key` for `purpose` with `associated`.
///
/// # Errors
/// [`SealingError::Envelope`] if key, purpose or associated data differ or any byte was altered.
pub fn open(
    key: &EncryptionKey,
    purpose: &str,
    associated: &[u8],
    envelope: &Envelope,
) -> Result<Zeroizing<Vec<u8>>, SealingError> {
    if envelope.ciphertext.len() > MAX_PLAINTEXT + TAG {
        return Err(SealingError::TooLarge("envelope"));
    }
    let encapsulated = <X25519HkdfSha256 as hpke::Kem>::EncappedKey::from_bytes(&envelope.encapsulated)
        .map_err(|_| SealingError::Envelope)?;
    single_shot_open::<AesGcm256, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        &key.private(),
        &encapsulated,
        &framed("envelope", &[purpose.as_bytes()]),
        &envelope.ciphertext,
        associated,
    )
    .map(Zeroizing::new)
    .map_err(|_| SealingError::Envelope)
}
