//! Opening a database: its address, its pool, its schema.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::r2d2::{ManageConnection, Pool, R2D2Connection};
use diesel::{Connection as _, PgConnection, SqliteConnection};
use tokio::sync::{Mutex, Notify, Semaphore};

use super::migrate::{Migrations, migrate};
use super::{Connection, DatabaseError};
use crate::metrics::Metrics;

/// Connections per service.
const POOL_SIZE: u32 = 8;

/// Why a database cannot be used; one line.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The address is neither `sqlite:///path` nor `postgres://…`.
    #[error("a database address starts with sqlite:/// or postgres://")]
    Address,
    /// The SQLite file cannot be created or opened.
    #[error("cannot open database file {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// No connection.
    #[error("cannot connect to the database: {0}")]
    Connect(String),
    /// A newer program has written this database.
    #[error("the database has schema version {0}, which this program does not know: use a newer program")]
    UnknownSchema(String),
    /// A migration failed.
    #[error("cannot bring the database to the current schema: {0}")]
    Migration(String),
}

impl OpenError {
    pub(super) fn migration(error: Box<dyn std::error::Error + Send + Sync>) -> Self {
        Self::Migration(error.to_string().replace('\n', " "))
    }
}

impl From<diesel::result::Error> for OpenError {
    fn from(error: diesel::result::Error) -> Self {
        Self::migration(Box::new(error))
    }
}

#[derive(Clone)]
enum Address {
    Sqlite(PathBuf),
    Postgres(String),
}

/// A service's database; clones share the pool.
#[derive(Clone)]
pub struct Database(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) pool: Pool<Manager>,
    pub(super) permits: Semaphore,
    /// SQLite has one writer; waiting for it here is fair and blocks no thread.
    pub(super) writer: Option<Mutex<()>>,
    pub(super) metrics: Metrics,
    pub(super) outbox: Notify,
}

impl Database {
    /// Opens `sqlite:///path/to/file` (made if absent) or `postgres://…` and brings its schema up to date.
    ///
    /// # Errors
    ///
    /// [`OpenError`], in one line, if it cannot be reached, written or migrated, or is newer than this program.
    pub async fn open(url: &str, migrations: Migrations) -> Result<Self, OpenError> {
        let address = parse(url)?;
        let opened = tokio::task::spawn_blocking(move || Self::open_blocking(address, &migrations)).await;
        opened.unwrap_or_else(|_| Err(OpenError::Connect("interrupted".to_owned())))
    }

    fn open_blocking(address: Address, migrations: &Migrations) -> Result<Self, OpenError> {
        if let Address::Sqlite(path) = &address {
            let made = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path);
            made.map_err(|source| OpenError::File { path: path.clone(), source })?;
        }
        let writer = matches!(address, Address::Sqlite(_)).then(Mutex::default);
        let manager = Manager(address);
        let mut first = manager.connect().map_err(|error| OpenError::Connect(one_line(&error)))?;
        migrate(&mut first, migrations)?;
        drop(first);
        let pool = Pool::builder()
            .max_size(POOL_SIZE)
            .min_idle(Some(1))
            .test_on_check_out(writer.is_none())
            .connection_timeout(Duration::from_secs(5))
            .build(manager)
            .map_err(|error| OpenError::Connect(one_line(&error)))?;
        Ok(Self(Arc::new(Inner {
            pool,
            permits: Semaphore::new(POOL_SIZE as usize),
            writer,
            metrics: Metrics::new(),
            outbox: Notify::new(),
        })))
    }

    /// Figures of its transactions and outbox.
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// Whether it answers; a readiness check.
    ///
    /// # Errors
    ///
    /// A public one-liner.
    pub async fn ping(&self) -> Result<(), String> {
        let answer = self.read(|connection| connection.ping().map_err(DatabaseError::from)).await;
        answer.map_err(|_| "the database does not answer".to_owned())
    }

    /// Wakes the outbox worker.
    pub(crate) fn outbox_signal(&self) -> &Notify {
        &self.0.outbox
    }
}

fn parse(url: &str) -> Result<Address, OpenError> {
    if let Some(path) = url.strip_prefix("sqlite://") {
        return if Path::new(path).is_absolute() { Ok(Address::Sqlite(path.into())) } else { Err(OpenError::Address) };
    }
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Ok(Address::Postgres(url.to_owned()));
    }
    Err(OpenError::Address)
}

fn one_line(error: &impl std::fmt::Display) -> String {
    error.to_string().trim().replace('\n', " ")
}

/// Makes connections for the pool.
pub(super) struct Manager(Address);

/// Every commit survives a power cut (FULL), readers do not block the writer (WAL).
const SQLITE_SETTINGS: &str = "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;";

impl ManageConnection for Manager {
    type Connection = Connection;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<Connection, Self::Error> {
        let mut connection = match &self.0 {
            Address::Sqlite(path) => {
                let mut connection = SqliteConnection::establish(&path.to_string_lossy())
                    .map_err(diesel::r2d2::Error::ConnectionError)?;
                connection.batch_execute(SQLITE_SETTINGS).map_err(diesel::r2d2::Error::QueryError)?;
                Connection::Sqlite(connection)
            }
            Address::Postgres(url) => {
                Connection::Postgres(PgConnection::establish(url).map_err(diesel::r2d2::Error::ConnectionError)?)
            }
        };
        connection.set_instrumentation(super::transaction::note_transient);
        Ok(connection)
    }

    fn is_valid(&self, connection: &mut Connection) -> Result<(), Self::Error> {
        connection.ping().map_err(diesel::r2d2::Error::QueryError)
    }

    fn has_broken(&self, connection: &mut Connection) -> bool {
        std::thread::panicking() || connection.is_broken()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_absolute_files_or_postgres() {
        assert!(matches!(parse("sqlite:///tmp/a.db"), Ok(Address::Sqlite(path)) if path == Path::new("/tmp/a.db")));
        assert!(matches!(parse("postgres://u@h/d"), Ok(Address::Postgres(_))));
        assert!(parse("sqlite://a.db").is_err() && parse("mysql://x").is_err());
    }
}
