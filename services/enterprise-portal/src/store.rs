//! Queries, one module for each aggregate; rows are private and become domain types.

pub mod access;
pub mod attachment;
pub mod attestation_request;
mod column;
pub mod document;
pub mod endorsement;
pub mod enterprise;
pub mod financing_request;
pub mod follower;
pub mod grant;
pub mod relay;
pub mod role_request;
mod schema;
pub mod share;

use diesel_migrations::embed_migrations;
use kontor_chassis::database::Migrations;

use crate::domain::{id::Id, page::PageRequest};

/// The portal's own migrations.
pub const MIGRATIONS: Migrations =
    Migrations { sqlite: embed_migrations!("migrations/sqlite"), postgres: embed_migrations!("migrations/postgres") };

/// What the ids of a page, newest first, lie below; `g` is above every hexadecimal digit in every collation.
fn before<Of>(page: &PageRequest<Id<Of>>) -> String {
    page.after.map_or_else(|| "g".to_owned(), |id| id.to_string())
}
