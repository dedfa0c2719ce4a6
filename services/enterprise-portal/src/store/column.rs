//! From columns to domain types and back: a value that does not parse is damage, not absence.

use std::str::FromStr;

use kontor_ledger::time::Timestamp;
use kontor_sealing::EncryptionPublicKey;
use serde::{Serialize, de::DeserializeOwned};

use crate::error::Error;

/// A column's text as the type that was written there.
pub(super) fn parse<T: FromStr>(column: &'static str, text: &str) -> Result<T, Error> {
    text.parse().map_err(|_| Error::Stored(column))
}

/// A column's JSON.
pub(super) fn json<T: DeserializeOwned>(column: &'static str, text: &str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|_| Error::Stored(column))
}

/// JSON for a column.
pub(super) fn to_json<T: Serialize>(column: &'static str, value: &T) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|_| Error::Stored(column))
}

/// A time column.
pub(super) fn time(column: &'static str, millis: i64) -> Result<Timestamp, Error> {
    u64::try_from(millis).ok().and_then(|millis| Timestamp::from_millis(millis).ok()).ok_or(Error::Stored(column))
}

/// For a time column; the year 9999 fits.
pub(super) fn millis(time: Timestamp) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// A count that is never negative, such as a position or a version.
pub(super) fn count<T: TryFrom<i64>>(column: &'static str, value: impl Into<i64>) -> Result<T, Error> {
    T::try_from(value.into()).map_err(|_| Error::Stored(column))
}

/// For a column of 64 bits.
pub(super) fn big(column: &'static str, value: u64) -> Result<i64, Error> {
    i64::try_from(value).map_err(|_| Error::Stored(column))
}

/// For a column of 32 bits.
pub(super) fn small(column: &'static str, value: u32) -> Result<i32, Error> {
    i32::try_from(value).map_err(|_| Error::Stored(column))
}

/// An encryption key's hexadecimal digits.
pub(super) fn encryption_key(column: &'static str, text: &str) -> Result<EncryptionPublicKey, Error> {
    serde_json::from_value(serde_json::Value::from(text)).map_err(|_| Error::Stored(column))
}

/// Outside text for a column: PostgreSQL has no zero characters, and a record that holds one must not stop the index.
pub(super) fn text(outside: &str) -> String {
    outside.replace('\0', "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_characters_do_not_reach_the_database() {
        assert_eq!(text("a\0b"), "a\u{fffd}b");
    }

    /// The two schemas differ in the type of bytes only, and every column says what it holds.
    #[test]
    fn both_migrations_are_one_and_commented() {
        let sqlite = include_str!("../../migrations/sqlite/1001_portal/up.sql");
        let postgres = include_str!("../../migrations/postgres/1001_portal/up.sql");
        assert_eq!(sqlite.replace("BLOB", "BYTEA"), postgres);
        for column in sqlite.lines().filter(|line| line.starts_with("    ") && !line.contains("PRIMARY KEY (")) {
            assert!(column.contains(" -- "), "{column} has no comment");
        }
    }
}
