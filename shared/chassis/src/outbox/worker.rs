//! The worker that empties the outbox: woken by commits, polling as a fallback, backing off, giving up in the end.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Integer, Nullable, Text};
use rand::RngExt;
use tokio::task::{JoinHandle, JoinSet};

use super::{Delivery, Failure};
use crate::database::schema::outbox;
use crate::database::{Connection, Database, DatabaseError, dialect, now_ms};
use crate::shutdown::Shutdown;
use crate::trace::TraceContext;

/// Deliveries at the same time, each to another target.
const PARALLEL: i64 = 16;

/// How long one attempt may take. Other workers leave the row alone for a little longer.
const ATTEMPT: Duration = Duration::from_secs(60);
const LEASE: Duration = Duration::from_secs(90);

/// How often to look without being woken: for rows that become due and other processes' rows.
const POLL: Duration = Duration::from_secs(1);

/// Attempts until a message is a dead letter: about a day.
const ATTEMPTS: i32 = 40;

/// Longest wait between two attempts.
const LONGEST_WAIT_MS: u64 = 3_600_000;

type Attempt = Pin<Box<dyn Future<Output = Result<(), Failure>> + Send>>;
type Handler = Arc<dyn Fn(Delivery) -> Attempt + Send + Sync>;

/// Which code delivers which kind of message.
#[derive(Clone, Default)]
pub struct Handlers(HashMap<&'static str, Handler>);

impl Handlers {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the handler of a kind. It may be called again for what it has already delivered.
    #[must_use]
    pub fn on<F, R>(mut self, kind: &'static str, handler: F) -> Self
    where
        F: Fn(Delivery) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), Failure>> + Send + 'static,
    {
        self.0.insert(kind, Arc::new(move |delivery| Box::pin(handler(delivery))));
        self
    }
}

/// A running worker. Several, also in several processes, may share one database.
pub struct Worker {
    shutdown: Shutdown,
    task: JoinHandle<()>,
}

impl Worker {
    /// Starts delivering.
    pub fn start(database: Database, handlers: Handlers) -> Self {
        let shutdown = Shutdown::new();
        let task = tokio::spawn(run(database, handlers, shutdown.clone()));
        Self { shutdown, task }
    }

    /// Lets deliveries under way finish, takes no new ones, and returns.
    pub async fn stop(self) {
        self.shutdown.trigger();
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the outbox worker was interrupted");
        }
    }
}

#[derive(Clone, QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    target: String,
    #[diesel(sql_type = Text)]
    payload: String,
    #[diesel(sql_type = Text)]
    idempotency_key: String,
    #[diesel(sql_type = Nullable<Text>)]
    traceparent: Option<String>,
    #[diesel(sql_type = Integer)]
    attempts: i32,
}

async fn run(database: Database, handlers: Handlers, shutdown: Shutdown) {
    if let Err(error) = take_back(&database).await {
        tracing::warn!(%error, "what a process that died had taken has to wait for its lease");
    }
    // Tasks, not futures polled here: one that holds the database must go on while the next claim waits for it.
    let mut under_way = JoinSet::new();
    loop {
        let room = PARALLEL - i64::try_from(under_way.len()).unwrap_or(PARALLEL);
        if room > 0 && !shutdown.is_triggered() {
            match claim(&database, room).await {
                Ok(rows) => rows.into_iter().for_each(|row| {
                    under_way.spawn(deliver(&database, &handlers, row));
                }),
                Err(error) => tracing::warn!(%error, "the outbox cannot be read"),
            }
        }
        if shutdown.is_triggered() && under_way.is_empty() {
            return;
        }
        tokio::select! {
            // A finished delivery may have freed its target's next message.
            Some(_) = under_way.join_next(), if !under_way.is_empty() => {}
            () = database.outbox_signal().notified(), if !shutdown.is_triggered() => {}
            () = shutdown.triggered(), if !shutdown.is_triggered() => {}
            () = tokio::time::sleep(POLL), if !shutdown.is_triggered() => {}
        }
    }
}

/// Makes everything due at once at the start: a process that died cannot deliver what it had taken. A PostgreSQL
/// database may have other workers, whose leases stand.
async fn take_back(database: &Database) -> Result<(), DatabaseError> {
    database
        .transaction("outbox-take-back", |connection| {
            if matches!(connection, Connection::Sqlite(_)) {
                diesel::update(outbox::table.filter(outbox::state.eq("pending")))
                    .set(outbox::due_at.eq(now_ms()))
                    .execute(connection)?;
            }
            Ok(())
        })
        .await
}

/// Takes the first pending message of each target that is due, by moving its due time behind the lease.
async fn claim(database: &Database, room: i64) -> Result<Vec<Row>, DatabaseError> {
    let waiting = database.read(|connection| {
        let due = outbox::table.filter(outbox::state.eq("pending")).filter(outbox::due_at.le(now_ms()));
        Ok::<_, DatabaseError>(due.count().get_result::<i64>(connection)?)
    });
    if waiting.await? == 0 {
        return Ok(Vec::new());
    }
    let claimed = database.transaction("outbox-claim", move |connection| {
        let now = now_ms();
        let rows = due(connection, now, room)?;
        let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
        let until = now.saturating_add(i64::try_from(LEASE.as_millis()).unwrap_or(i64::MAX));
        for id in ids {
            diesel::update(outbox::table.find(id))
                .set((outbox::due_at.eq(until), outbox::attempts.eq(outbox::attempts + 1)))
                .execute(connection)?;
        }
        Ok::<_, DatabaseError>(rows)
    });
    claimed.await
}

fn due(connection: &mut Connection, now: i64, room: i64) -> Result<Vec<Row>, DatabaseError> {
    let text = format!(
        "SELECT id, kind, target, payload, idempotency_key, traceparent, attempts FROM outbox o \
         WHERE state = 'pending' AND due_at <= $1 AND NOT EXISTS ( \
             SELECT 1 FROM outbox e WHERE e.target = o.target AND e.state = 'pending' AND e.id < o.id) \
         ORDER BY id LIMIT $2{}",
        dialect::skip_locked(connection)
    );
    let query = sql_query(text).bind::<BigInt, _>(now).bind::<BigInt, _>(room);
    Ok(match connection {
        Connection::Sqlite(c) => query.load(c)?,
        Connection::Postgres(c) => query.load(c)?,
    })
}

fn deliver(database: &Database, handlers: &Handlers, row: Row) -> impl Future<Output = ()> + use<> {
    let (database, handler) = (database.clone(), handlers.0.get(row.kind.as_str()).cloned());
    async move {
        let outcome = attempt(handler, &row).await;
        let labels = [
            ("kind", row.kind.as_str()),
            (
                "outcome",
                match &outcome {
                    Ok(()) => "delivered",
                    Err(Failure::Retry(_)) => "failed",
                    Err(Failure::GiveUp(_)) => "dead",
                },
            ),
        ];
        database.metrics().count("kontor_outbox_deliveries_total", "Attempts at delivery.", &labels, 1);
        if let Err(error) = settle(&database, &row, outcome).await {
            // The lease runs out and the message is delivered again.
            tracing::warn!(%error, kind = row.kind, "a delivery could not be recorded");
        }
    }
}

async fn attempt(handler: Option<Handler>, row: &Row) -> Result<(), Failure> {
    let Some(handler) = handler else { return Err(Failure::Retry("no handler for this kind".to_owned())) };
    let payload = serde_json::from_str(&row.payload);
    let delivery = Delivery {
        kind: row.kind.clone(),
        target: row.target.clone(),
        payload: payload.map_err(|error| Failure::GiveUp(format!("unreadable payload: {error}")))?,
        key: row.idempotency_key.clone(),
        attempt: u32::try_from(row.attempts).unwrap_or(u32::MAX).saturating_add(1),
    };
    let context = row.traceparent.as_deref().and_then(TraceContext::parse).unwrap_or_else(TraceContext::start);
    // In a task of its own, so that a panic is a failed attempt and not the end of the worker.
    let task = tokio::spawn(context.scope(tokio::time::timeout(ATTEMPT, handler(delivery))));
    match task.await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => Err(Failure::Retry("no answer in time".to_owned())),
        Err(_) => Err(Failure::Retry("the handler failed".to_owned())),
    }
}

async fn settle(database: &Database, row: &Row, outcome: Result<(), Failure>) -> Result<(), DatabaseError> {
    let (id, tried) = (row.id, row.attempts.saturating_add(1));
    let failure = match outcome {
        Ok(()) => {
            let delivered = database.transaction("outbox-delivered", move |connection| {
                diesel::delete(outbox::table.find(id)).execute(connection)?;
                Ok(())
            });
            return delivered.await;
        }
        Err(failure) => failure,
    };
    let dead = matches!(failure, Failure::GiveUp(_)) || tried >= ATTEMPTS;
    let error: String = failure.to_string().chars().take(500).collect();
    if dead {
        tracing::error!(kind = row.kind, target = row.target, error, tried, "gave up a delivery");
        database.metrics().count("kontor_outbox_dead_total", "Messages given up.", &[("kind", &row.kind)], 1);
    } else {
        tracing::info!(kind = row.kind, target = row.target, error, tried, "a delivery failed and is tried again");
    }
    let state = if dead { "dead" } else { "pending" };
    let due_at = now_ms().saturating_add(wait_ms(tried));
    let failed = database.transaction("outbox-failed", move |connection| {
        diesel::update(outbox::table.find(id))
            .set((outbox::state.eq(state), outbox::due_at.eq(due_at), outbox::last_error.eq(&error)))
            .execute(connection)?;
        Ok(())
    });
    failed.await
}

/// Doubles from a quarter of a second to an hour, with a fifth of chance so that failures do not march in step.
fn wait_ms(tried: i32) -> i64 {
    let exponent = u32::try_from(tried).unwrap_or(0).clamp(1, 16) - 1;
    let base = (250u64 << exponent).min(LONGEST_WAIT_MS);
    i64::try_from(base + rand::rng().random_range(0..=base / 5)).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_an_hour() {
        assert!((250..=300).contains(&wait_ms(1)) && (500..=600).contains(&wait_ms(2)));
        assert!((3_600_000..=4_320_000).contains(&wait_ms(30)));
    }
}
