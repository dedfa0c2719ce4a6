//! Queries, one module for each aggregate; rows are private and become domain types.

pub mod certificate;
pub mod matched_request;
pub mod product;
mod schema;

use diesel_migrations::embed_migrations;
use kontor_chassis::database::Migrations;

/// The marketplace's own migrations.
pub const MIGRATIONS: Migrations =
    Migrations { sqlite: embed_migrations!("migrations/sqlite"), postgres: embed_migrations!("migrations/postgres") };
