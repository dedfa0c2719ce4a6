//! The service's own database: SQLite in a file or PostgreSQL, same queries, reached off the async threads.

#[expect(missing_docs, reason = "the derive leaves its items undocumented")]
mod connection;
pub mod dialect;
mod migrate;
mod open;
pub(crate) mod schema;
mod transaction;

pub use connection::{AnyConnection as Connection, MultiBackend};
pub use migrate::Migrations;
pub use open::{Database, OpenError};
pub(crate) use transaction::note_enqueued;

/// Why a query or transaction failed.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// No connection could be had.
    #[error("the database is not reachable: {0}")]
    Unreachable(String),
    /// A query failed.
    #[error("a query failed: {0}")]
    Query(#[from] diesel::result::Error),
    /// The work was interrupted: it panicked, or the runtime stops.
    #[error("database work was interrupted")]
    Interrupted,
}

impl From<DatabaseError> for crate::Problem {
    fn from(error: DatabaseError) -> Self {
        match error {
            DatabaseError::Unreachable(_) => {
                Self::new(503, "unavailable", "The service cannot reach its database").retry_after(5).caused_by(error)
            }
            DatabaseError::Query(_) | DatabaseError::Interrupted => Self::internal(error),
        }
    }
}

impl From<diesel::result::Error> for crate::Problem {
    fn from(error: diesel::result::Error) -> Self {
        Self::internal(error)
    }
}

/// Milliseconds since 1970, as every time column holds them.
pub fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}
