//! Queries only; rows are private and become domain types here.

pub mod application;
pub mod attestation_request;
pub mod claim;
pub mod dialect;
pub mod evidence;
pub mod fingerprinting;
pub mod lead;
pub mod ledger_record;
pub mod message;
pub mod offer;
pub mod page;
pub mod product;
mod schema;

use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use kontor_chassis::database::{DatabaseError, Migrations};

/// Why a query gave nothing usable.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// A column holds what this program never wrote.
    #[error("column {0} holds something unreadable")]
    Corrupt(&'static str),
}

impl From<diesel::result::Error> for StoreError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error.into())
    }
}

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// The gateway's tables.
pub fn migrations() -> Migrations {
    Migrations { sqlite: SQLITE, postgres: POSTGRES }
}

/// Reads a text column of a type with a text form.
fn parse<T: std::str::FromStr>(column: &'static str, text: &str) -> Result<T, StoreError> {
    text.parse().map_err(|_| StoreError::Corrupt(column))
}

/// Reads a JSON column.
fn from_json<T: serde::de::DeserializeOwned>(column: &'static str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|_| StoreError::Corrupt(column))
}

/// Writes a JSON column.
fn to_json<T: serde::Serialize>(column: &'static str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| StoreError::Corrupt(column))
}

/// A version number as the column holds it.
fn version_column(version: u32) -> Result<i32, StoreError> {
    i32::try_from(version).map_err(|_| StoreError::Corrupt("version"))
}

/// A version number as everything else has it.
fn version_value(version: i32) -> Result<u32, StoreError> {
    u32::try_from(version).map_err(|_| StoreError::Corrupt("version"))
}

/// A time column as agreed time.
fn time(column: &'static str, millis: i64) -> Result<kontor_ledger::Timestamp, StoreError> {
    let millis = u64::try_from(millis).map_err(|_| StoreError::Corrupt(column))?;
    kontor_ledger::Timestamp::from_millis(millis).map_err(|_| StoreError::Corrupt(column))
}

/// Agreed time as the column holds it.
pub fn millis(time: kontor_ledger::Timestamp) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
