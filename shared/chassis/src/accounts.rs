//! The people who may sign in to a service, and their passwords (argon2id, RFC 9106).

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use diesel::prelude::*;
use rand::RngExt;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::Problem;
use crate::database::schema::account;
use crate::database::{Connection, Database, DatabaseError, dialect, now_ms};

/// Shortest and longest password accepted, in bytes.
const PASSWORD_LENGTH: std::ops::RangeInclusive<usize> = 8..=256;

/// Longest login, in bytes.
const LOGIN_LENGTH: usize = 128;

/// Passwords hashed at the same time; each takes 19 MiB.
const PARALLEL: usize = 2;

/// An account's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountId(Uuid);

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for AccountId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        text.parse().map(Self)
    }
}

/// A password as it was typed: never shown, wiped when done with.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl From<String> for Password {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl<'de> Deserialize<'de> for Password {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password")
    }
}

/// Why an account was not made.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The login is taken.
    #[error("this login is taken")]
    Taken,
    /// The login is empty, too long or has odd characters.
    #[error("a login has 1 to {LOGIN_LENGTH} printable characters without spaces")]
    Login,
    /// The password is too short or too long.
    #[error("a password has {} to {} bytes", PASSWORD_LENGTH.start(), PASSWORD_LENGTH.end())]
    Password,
    /// The password could not be hashed.
    #[error("the password could not be hashed")]
    Hash,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<diesel::result::Error> for AccountError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error.into())
    }
}

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Taken => Self::new(409, "login-taken", "This login is taken"),
            AccountError::Login => Self::new(422, "login", "The login cannot be used").detail(error.to_string()),
            AccountError::Password => {
                Self::new(422, "password", "The password cannot be used").detail(error.to_string())
            }
            AccountError::Hash => Self::internal(error),
            AccountError::Database(error) => error.into(),
        }
    }
}

/// A login in the form in which it is stored and compared.
pub fn normal_login(login: &str) -> String {
    login.trim().to_lowercase()
}

/// Hashes a password; slow on purpose, so never call it on an async thread or inside a transaction: use
/// [`Passwords::hash`] there.
///
/// # Errors
///
/// [`AccountError::Password`] for one outside the length limits.
pub fn hash_password(password: &str) -> Result<String, AccountError> {
    if !PASSWORD_LENGTH.contains(&password.len()) {
        return Err(AccountError::Password);
    }
    let salt = SaltString::encode_b64(&rand::rng().random::<[u8; 16]>()).map_err(|_| AccountError::Hash)?;
    let hash = Argon2::default().hash_password(password.as_bytes(), &salt).map_err(|_| AccountError::Hash)?;
    Ok(hash.to_string())
}

/// Makes an account inside a transaction, from a password hashed before it by [`hash_password`] or [`Passwords::hash`].
///
/// # Errors
///
/// [`AccountError::Taken`] if the login exists, [`AccountError::Login`] if it cannot be one.
pub fn create_hashed(
    connection: &mut Connection,
    login: &str,
    password_hash: &str,
    role: &str,
) -> Result<AccountId, AccountError> {
    let login = normal_login(login);
    let odd = |character: char| character.is_whitespace() || character.is_control();
    if login.is_empty() || login.len() > LOGIN_LENGTH || login.contains(odd) {
        return Err(AccountError::Login);
    }
    let known = account::table.filter(account::login.eq(&login)).count().get_result::<i64>(connection)?;
    if known > 0 {
        return Err(AccountError::Taken);
    }
    let id = AccountId(Uuid::new_v4());
    let row = (
        account::id.eq(id.to_string()),
        account::login.eq(&login),
        account::password_hash.eq(password_hash),
        account::role.eq(role),
        account::created_at.eq(now_ms()),
    );
    match diesel::insert_into(account::table).values(row).execute(connection) {
        Err(error) if dialect::is_unique_violation(&error) => Err(AccountError::Taken),
        Err(error) => Err(error.into()),
        Ok(_) => Ok(id),
    }
}

/// As [`create_hashed`], hashing first. Convenient for seeds; in a handler hash before the transaction.
///
/// # Errors
///
/// As [`create_hashed`], and [`AccountError::Password`].
pub fn create(connection: &mut Connection, login: &str, password: &str, role: &str) -> Result<AccountId, AccountError> {
    create_hashed(connection, login, &hash_password(password)?, role)
}

/// Whether there is an account with this login, disabled or not.
///
/// # Errors
///
/// [`AccountError::Database`].
pub async fn exists(database: &Database, login: &str) -> Result<bool, AccountError> {
    let login = normal_login(login);
    let known = database.read(move |connection| {
        let known = account::table.filter(account::login.eq(login)).count().get_result::<i64>(connection)?;
        Ok::<_, DatabaseError>(known > 0)
    });
    Ok(known.await?)
}

/// An account that may sign in.
pub(crate) struct Account {
    pub(crate) id: AccountId,
    pub(crate) login: String,
    pub(crate) role: String,
    pub(crate) password_hash: String,
}

pub(crate) async fn find(database: &Database, login: &str) -> Result<Option<Account>, Problem> {
    let login = normal_login(login);
    let row = database
        .read(move |connection| {
            let now = now_ms();
            let found = account::table
                .filter(account::login.eq(login))
                .filter(account::disabled_at.is_null().or(account::disabled_at.gt(now)))
                .select((account::id, account::login, account::role, account::password_hash))
                .first::<(String, String, String, String)>(connection)
                .optional()?;
            Ok::<_, DatabaseError>(found)
        })
        .await?;
    let Some((id, login, role, password_hash)) = row else { return Ok(None) };
    Ok(Some(Account { id: id.parse().map_err(Problem::internal)?, login, role, password_hash }))
}

/// Hashes and verifies passwords off the async threads, few at a time.
pub struct Passwords {
    permits: Arc<Semaphore>,
}

impl Passwords {
    /// A worker with its own limit.
    pub fn new() -> Self {
        Self { permits: Arc::new(Semaphore::new(PARALLEL)) }
    }

    /// Hashes a password for [`create_hashed`].
    ///
    /// # Errors
    ///
    /// [`AccountError::Password`] for one outside the length limits.
    pub async fn hash(&self, password: Password) -> Result<String, AccountError> {
        let _permit = self.permits.acquire().await;
        let hash = tokio::task::spawn_blocking(move || hash_password(&password.0)).await;
        hash.unwrap_or(Err(AccountError::Hash))
    }

    /// Whether the password belongs to the hash; without a hash it takes as long and is wrong.
    pub(crate) async fn verify(&self, Password(password): Password, hash: Option<String>) -> Result<bool, Problem> {
        if password.len() > *PASSWORD_LENGTH.end() {
            return Ok(false);
        }
        let _permit = self.permits.acquire().await;
        let work = move || match hash.as_deref().map(PasswordHash::new) {
            Some(Ok(hash)) => Argon2::default().verify_password(password.as_bytes(), &hash).is_ok(),
            Some(Err(_)) => false,
            None => {
                let mut spent = Zeroizing::new([0u8; 32]);
                let _ = Argon2::default().hash_password_into(password.as_bytes(), &[0; 16], &mut *spent);
                false
            }
        };
        tokio::task::spawn_blocking(work).await.map_err(Problem::internal)
    }
}

impl Default for Passwords {
    fn default() -> Self {
        Self::new()
    }
}
