//! A fresh database of each kind for one test.

use kontor_chassis::database::{Database, Migrations};
use tempfile::TempDir;

use crate::postgres;

/// A database of its own for one test; gone when dropped (PostgreSQL's with the test process).
pub struct TestDatabase {
    /// `sqlite` or `postgres`, for messages.
    pub kind: &'static str,
    url: String,
    _folder: Option<TempDir>,
}

impl TestDatabase {
    /// A SQLite file in a folder of its own.
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite://{}", folder.path().join("test.db").display());
        Self { kind: "sqlite", url, _folder: Some(folder) }
    }

    /// An empty database on this process' PostgreSQL server, which the first call starts.
    pub fn postgres() -> Self {
        Self { kind: "postgres", url: postgres::create_database(), _folder: None }
    }

    /// Its address, as configuration files hold it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Opens and migrates it.
    pub async fn open(&self, migrations: Migrations) -> Database {
        Database::open(&self.url, migrations).await.unwrap_or_else(|error| panic!("{}: {error}", self.kind))
    }
}

/// One database of each kind. A machine without PostgreSQL's binaries fails the test: both must be tested.
pub fn databases() -> Vec<TestDatabase> {
    vec![TestDatabase::sqlite(), TestDatabase::postgres()]
}
