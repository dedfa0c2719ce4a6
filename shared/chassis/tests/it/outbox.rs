//! Delivery at least once, in order, with patience and an end, on both databases.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use kontor_chassis::database::Database;
use kontor_chassis::outbox::{self, Delivery, EnqueueError, Failure, Handlers, Worker};
use kontor_testkit::databases;

use crate::migrations;

async fn put(database: &Database, kind: &'static str, target: &'static str, number: u32) {
    let put = database.transaction("put", move |connection| {
        outbox::enqueue(connection, kind, target, &number, &format!("{target}-{number}"))
    });
    put.await.expect("commits");
}

async fn until(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(15);
    while !condition() {
        assert!(Instant::now() < deadline, "waited for: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_arrive_once_in_order_and_dead_ones_block_nobody() {
    for test in databases() {
        let database = test.open(migrations()).await;
        let seen = Arc::new(Mutex::new(Vec::<(String, u64, u32)>::new()));
        let note = seen.clone();
        let handlers = Handlers::new()
            .on("send", move |delivery: Delivery| {
                let note = note.clone();
                async move {
                    let number = delivery.payload.as_u64().unwrap_or_default();
                    note.lock().expect("lock").push((delivery.target, number, delivery.attempt));
                    if number == 1 && delivery.attempt == 1 { Err(Failure::Retry("not yet".into())) } else { Ok(()) }
                }
            })
            .on("refused", async |_| Err(Failure::GiveUp("never".into())))
            .on("panics", async |delivery| if delivery.attempt == 1 { panic!("on purpose") } else { Ok(()) });
        // Two workers, as two processes would have.
        let workers = [Worker::start(database.clone(), handlers.clone()), Worker::start(database.clone(), handlers)];
        put(&database, "refused", "a", 0).await;
        put(&database, "panics", "c", 0).await;
        for number in [1, 2, 2, 3] {
            put(&database, "send", "a", number).await;
        }
        put(&database, "send", "b", 9).await;
        until("all five", || seen.lock().expect("lock").len() == 5).await;
        let all = seen.lock().expect("lock").clone();
        let of = |target: &str| all.iter().filter(|(t, ..)| t == target).map(|&(_, n, a)| (n, a)).collect::<Vec<_>>();
        assert_eq!((of("a"), of("b")), (vec![(1, 1), (1, 2), (2, 1), (3, 1)], vec![(9, 1)]), "{}", test.kind);
        until("the dead letter", || database.metrics().total("kontor_outbox_dead_total") == 1.0).await;
        for worker in workers {
            worker.stop().await;
        }
    }
}

#[tokio::test]
async fn a_transaction_that_fails_sends_nothing_and_a_restart_finds_the_rest() {
    for test in databases() {
        let database = test.open(migrations()).await;
        let failed = database.transaction("fail", |connection| {
            outbox::enqueue(connection, "send", "a", &1, "k")?;
            Err::<(), EnqueueError>(kontor_chassis::database::DatabaseError::Interrupted.into())
        });
        assert!(failed.await.is_err());
        put(&database, "send", "a", 2).await;
        let seen = Arc::new(Mutex::new(Vec::new()));
        let note = seen.clone();
        let handlers = Handlers::new().on("send", move |delivery: Delivery| {
            note.lock().expect("lock").push(delivery.payload);
            async { Ok(()) }
        });
        let worker = Worker::start(database, handlers);
        until("the message", || !seen.lock().expect("lock").is_empty()).await;
        worker.stop().await;
        assert_eq!(*seen.lock().expect("lock"), [serde_json::json!(2)], "{}", test.kind);
    }
}
