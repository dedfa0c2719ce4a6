//! The only place of the chassis where SQLite and PostgreSQL differ.
//!
//! Filters, inserts, updates and explicit `RETURNING` columns are written once on [`Connection`]. `ON CONFLICT`, batch
//! inserts, row locks and raw SQL are not: `match` on the connection, and use what is here.

use diesel::connection::{AnsiTransactionManager, SimpleConnection};
use diesel::result::{DatabaseErrorKind, Error, QueryResult};

use super::Connection;

/// Starts a transaction that may write. SQLite takes its write lock at once; PostgreSQL runs it serializable.
pub(super) fn begin_write(connection: &mut Connection) -> QueryResult<()> {
    match connection {
        Connection::Sqlite(c) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN IMMEDIATE"),
        Connection::Postgres(c) => {
            AnsiTransactionManager::begin_transaction_sql(c, "BEGIN ISOLATION LEVEL SERIALIZABLE")
        }
    }
}

/// Starts a transaction that sees one state and cannot write.
pub(super) fn begin_read(connection: &mut Connection) -> QueryResult<()> {
    match connection {
        Connection::Sqlite(c) => {
            c.batch_execute("PRAGMA query_only = 1")?;
            AnsiTransactionManager::begin_transaction_sql(c, "BEGIN DEFERRED")
        }
        Connection::Postgres(c) => {
            AnsiTransactionManager::begin_transaction_sql(c, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        }
    }
}

/// Lets the connection write again after a read transaction.
pub(super) fn end_read(connection: &mut Connection) -> QueryResult<()> {
    match connection {
        Connection::Sqlite(c) => c.batch_execute("PRAGMA query_only = 0"),
        Connection::Postgres(_) => Ok(()),
    }
}

/// What to append to a `SELECT` so that parallel workers take different rows; SQLite has one writer anyway.
pub fn skip_locked(connection: &Connection) -> &'static str {
    match connection {
        Connection::Sqlite(_) => "",
        Connection::Postgres(_) => " FOR UPDATE SKIP LOCKED",
    }
}

/// Whether an insert or update ran into a unique constraint.
pub fn is_unique_violation(error: &Error) -> bool {
    matches!(error, Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _))
}

/// Whether the same transaction can succeed when tried again.
pub(super) fn is_transient(error: &Error) -> bool {
    match error {
        Error::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => true,
        Error::DatabaseError(_, information) => {
            let message = information.message();
            message.contains("database is locked")
                || message.contains("database table is locked")
                || message.contains("deadlock detected")
                || message.contains("could not serialize access")
        }
        Error::RollbackErrorOnCommit { commit_error, .. } => is_transient(commit_error),
        _ => false,
    }
}
