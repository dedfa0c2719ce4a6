//! One connection to either database.

use diesel::{PgConnection, SqliteConnection};

// Diesel's derive reserves the name Connection; it is re-exported under it.
/// A connection that queries are written against once; where the two differ, `match` on it.
#[derive(diesel::MultiConnection)]
pub enum AnyConnection {
    /// PostgreSQL.
    Postgres(PgConnection),
    /// SQLite.
    Sqlite(SqliteConnection),
}
