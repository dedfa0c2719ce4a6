//! An enterprise as the portal knows it: a pseudonym and public keys.

pub use kontor_chassis::accounts::AccountId;
use kontor_ledger::time::Timestamp;
use kontor_sealing::{EncryptionPublicKey, PublicKey, Signature, SignatureError};

use super::handle::Handle;

/// Label of the signature that shows whose identity key it is.
pub const ACCOUNT_LABEL: &str = "account";

/// What others on the portal see of an enterprise.
#[derive(Debug, Clone, PartialEq)]
pub struct Party {
    /// Its account.
    pub account: AccountId,
    /// Its pseudonym.
    pub handle: Handle,
    /// Checks what it signs.
    pub identity_key: PublicKey,
    /// What is sent to it is sealed to this.
    pub encryption_key: EncryptionPublicKey,
}

/// An enterprise.
#[derive(Debug, Clone, PartialEq)]
pub struct Enterprise {
    /// What others see.
    pub party: Party,
    /// Where notices go.
    pub email: Option<String>,
    /// When it signed up.
    pub created: Timestamp,
}

/// Checks that whoever signs up as `handle` holds the identity key.
///
/// # Errors
/// As [`PublicKey::verify`].
pub fn check_possession(handle: &Handle, key: &PublicKey, signature: &Signature) -> Result<(), SignatureError> {
    key.verify(ACCOUNT_LABEL, handle.as_str().as_bytes(), signature)
}
