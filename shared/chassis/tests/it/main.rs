//! The chassis through its doors: HTTP, mutual TLS and both databases.

mod certificates;
mod database;
mod idempotency;
mod mail;
mod outbox;
mod server;
mod sessions;

use kontor_chassis::database::Migrations;
use kontor_chassis::server::Service;

/// A service that exists for these tests only.
const SERVICE: Service =
    Service { name: "sample", title: "Sample <service>", about: "Keeps notes.", openapi: include_str!("sample.json") };

const MIGRATIONS: Migrations = Migrations {
    sqlite: diesel_migrations::embed_migrations!("tests/migrations/sqlite"),
    postgres: diesel_migrations::embed_migrations!("tests/migrations/postgres"),
};

fn migrations() -> Migrations {
    MIGRATIONS
}

/// The sample service's table.
mod schema {
    diesel::table! {
        note (id) {
            id -> Text,
            size -> BigInt,
        }
    }
}

use schema::note;
