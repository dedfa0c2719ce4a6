//! The only place where SQLite and PostgreSQL differ; so far the queries are the same on both.

use diesel::result::{Error, QueryResult};
use kontor_chassis::database::dialect;

/// What inserting found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inserted {
    /// The row is new.
    New,
    /// There was one with this key.
    Known,
}

/// Turns a unique violation into [`Inserted::Known`]. On PostgreSQL the transaction is lost after it, so use it only
/// where the key was looked up before and only a race can bring it about: the transaction is then tried again.
pub fn inserted(result: QueryResult<usize>) -> QueryResult<Inserted> {
    match result {
        Ok(_) => Ok(Inserted::New),
        Err(error @ Error::DatabaseError(..)) if dialect::is_unique_violation(&error) => Ok(Inserted::Known),
        Err(error) => Err(error),
    }
}
