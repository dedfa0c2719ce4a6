//! Both databases: schema, transactions, collisions, refusal of a newer schema.

use diesel::prelude::*;
use kontor_chassis::database::{Connection, Database, DatabaseError, Migrations, OpenError};
use kontor_testkit::databases;

use crate::{migrations, note};

fn size(connection: &mut Connection) -> Result<i64, DatabaseError> {
    Ok(note::table.find("a").select(note::size).first(connection)?)
}

async fn with_note(database: &Database) {
    let made = database.transaction("make", |connection| {
        diesel::insert_into(note::table).values((note::id.eq("a"), note::size.eq(0))).execute(connection)?;
        Ok::<_, DatabaseError>(())
    });
    made.await.expect("commits");
}

#[tokio::test(flavor = "multi_thread")]
async fn colliding_transactions_are_all_counted() {
    for test in databases() {
        let database = test.open(migrations()).await;
        with_note(&database).await;
        let add = |_| {
            let database = database.clone();
            tokio::spawn(async move {
                let added = database.transaction("add", |connection| {
                    let now = size(connection)?;
                    diesel::update(note::table.find("a")).set(note::size.eq(now + 1)).execute(connection)?;
                    Ok::<_, DatabaseError>(())
                });
                added.await
            })
        };
        for added in futures::future::join_all((0..20).map(add)).await {
            added.expect("runs").unwrap_or_else(|error| panic!("{}: {error}", test.kind));
        }
        assert_eq!(database.read(size).await.expect("reads"), 20, "{}", test.kind);
        assert!(database.metrics().render().contains("transaction=\"add\""));
    }
}

#[tokio::test]
async fn a_failed_transaction_leaves_nothing_and_reads_cannot_write() {
    for test in databases() {
        let database = test.open(migrations()).await;
        with_note(&database).await;
        let change = |connection: &mut Connection| {
            diesel::update(note::table.find("a")).set(note::size.eq(9)).execute(connection)
        };
        let failed = database.transaction("fail", move |connection| {
            change(connection)?;
            Err::<(), _>(DatabaseError::Query(diesel::result::Error::NotFound))
        });
        assert!(failed.await.is_err());
        let wrote = database.read(move |connection| change(connection).map_err(DatabaseError::from));
        assert!(wrote.await.is_err(), "{}", test.kind);
        assert_eq!(database.read(size).await.expect("reads"), 0, "{}", test.kind);
        let panicked: Result<(), DatabaseError> = database.transaction("panic", |_| panic!("on purpose")).await;
        assert!(matches!(panicked, Err(DatabaseError::Interrupted)));
        assert_eq!(database.read(size).await.expect("still works"), 0);
    }
}

#[tokio::test]
async fn several_processes_may_open_and_an_unknown_schema_is_refused() {
    for test in databases() {
        let opened = futures::future::join_all((0..4).map(|_| Database::open(test.url(), migrations()))).await;
        assert!(opened.iter().all(Result::is_ok), "{}", test.kind);
        drop(opened);
        // A program without the service's migration takes it for a newer one's.
        let refused = Database::open(test.url(), Migrations { sqlite: NONE, postgres: NONE }).await;
        assert!(matches!(refused, Err(OpenError::UnknownSchema(_))), "{}", test.kind);
    }
    let error = Database::open("sqlite:///no/such/folder/a.db", migrations()).await.err().expect("refused").to_string();
    assert!(error.contains("/no/such/folder/a.db") && !error.contains('\n'), "{error}");
}

const NONE: diesel_migrations::EmbeddedMigrations = diesel_migrations::embed_migrations!("tests/migrations/none");
