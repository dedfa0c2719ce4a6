//! Signing up.

use kontor_chassis::{accounts, database::Connection};
use kontor_ledger::time::Timestamp;
use kontor_sealing::{EncryptionPublicKey, PublicKey};

use crate::{
    domain::{
        enterprise::{Enterprise, Party},
        handle::Handle,
    },
    error::Error,
    store,
};

/// The role of enterprises' sign-in accounts.
pub const ROLE: &str = "enterprise";

/// Who signs up; the signature was checked and the password hashed.
#[derive(Clone)]
pub struct NewEnterprise {
    /// Its pseudonym, and what it signs in with.
    pub handle: Handle,
    /// Of its password.
    pub password_hash: String,
    /// Checks what it signs.
    pub identity_key: PublicKey,
    /// What is sent to it is sealed to this.
    pub encryption_key: EncryptionPublicKey,
    /// Where notices go.
    pub email: Option<String>,
}

/// Makes the sign-in account and the enterprise.
///
/// # Errors
/// [`Error::Account`] if the name is taken.
pub fn sign_up(c: &mut Connection, new: NewEnterprise, now: Timestamp) -> Result<Enterprise, Error> {
    let account = accounts::create_hashed(c, new.handle.as_str(), &new.password_hash, ROLE)?;
    let party =
        Party { account, handle: new.handle, identity_key: new.identity_key, encryption_key: new.encryption_key };
    let enterprise = Enterprise { party, email: new.email, created: now };
    store::enterprise::insert(c, &enterprise)?;
    Ok(enterprise)
}

/// The caller's enterprise.
///
/// # Errors
/// [`Error::NotFound`] for an account that is none.
pub fn own(c: &mut Connection, account: accounts::AccountId) -> Result<Enterprise, Error> {
    store::enterprise::by_account(c, account)?.ok_or(Error::NotFound)
}
