//! Queries only.

pub mod evaluation;
pub mod partial_decryption;
mod schema;

use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use kontor_chassis::database::Migrations;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// The service's tables.
pub fn migrations() -> Migrations {
    Migrations { sqlite: SQLITE, postgres: POSTGRES }
}

/// A version number as columns hold it; those beyond are no document's.
fn version_column(version: u32) -> i32 {
    i32::try_from(version).unwrap_or(i32::MAX)
}
