//! Bringing a database to the schema this program knows, under a lock, or refusing one that is newer.

use std::collections::BTreeSet;

use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel::{Connection as _, PgConnection, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Connection, OpenError};

/// A service's migrations for both databases: `embed_migrations!("migrations/sqlite")` and `…/postgres`, in a `const`.
/// Versions must be greater than the chassis' own, which start with zeros.
pub struct Migrations {
    /// For SQLite.
    pub sqlite: EmbeddedMigrations,
    /// For PostgreSQL.
    pub postgres: EmbeddedMigrations,
}

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Key of PostgreSQL's advisory lock: "kontor" in ASCII.
const LOCK: i64 = 0x6b6f_6e74_6f72;

pub(super) fn migrate(connection: &mut Connection, service: &Migrations) -> Result<(), OpenError> {
    match connection {
        Connection::Sqlite(c) => c.exclusive_transaction(|c| sqlite(c, service)),
        Connection::Postgres(c) => {
            c.batch_execute(&format!("SELECT pg_advisory_lock({LOCK})"))?;
            let result = c.transaction(|c| postgres(c, service));
            c.batch_execute(&format!("SELECT pg_advisory_unlock({LOCK})"))?;
            result
        }
    }
}

fn sqlite(c: &mut SqliteConnection, service: &Migrations) -> Result<(), OpenError> {
    let mut known = MigrationSource::<diesel::sqlite::Sqlite>::migrations(&SQLITE).map_err(OpenError::migration)?;
    known.extend(service.sqlite.migrations().map_err(OpenError::migration)?);
    apply(c, known)
}

fn postgres(c: &mut PgConnection, service: &Migrations) -> Result<(), OpenError> {
    let mut known = MigrationSource::<diesel::pg::Pg>::migrations(&POSTGRES).map_err(OpenError::migration)?;
    known.extend(service.postgres.migrations().map_err(OpenError::migration)?);
    apply(c, known)
}

fn apply<DB, C>(connection: &mut C, mut known: Vec<Box<dyn Migration<DB>>>) -> Result<(), OpenError>
where
    DB: diesel::backend::Backend,
    C: MigrationHarness<DB>,
{
    known.sort_by_key(|migration| migration.name().version().to_string());
    let names: BTreeSet<String> = known.iter().map(|migration| migration.name().version().to_string()).collect();
    if names.len() != known.len() {
        return Err(OpenError::migration("two migrations have the same version".into()));
    }
    let applied = connection.applied_migrations().map_err(OpenError::migration)?;
    let applied: BTreeSet<String> = applied.into_iter().map(|version| version.to_string()).collect();
    if let Some(unknown) = applied.difference(&names).next() {
        return Err(OpenError::UnknownSchema(unknown.clone()));
    }
    for migration in known.iter().filter(|migration| !applied.contains(&migration.name().version().to_string())) {
        connection.run_migration(&**migration).map_err(OpenError::migration)?;
    }
    Ok(())
}
