//! Reads and named transactions: off the async threads, tried again when two collide.

use std::cell::Cell;
use std::time::{Duration, Instant};

use diesel::connection::{InstrumentationEvent, TransactionManager};
use rand::RngExt;

use super::open::Inner;
use super::{Connection, Database, DatabaseError, dialect};
use crate::trace;

/// How often a transaction that collides with others is tried.
const ATTEMPTS: u32 = 12;

type Manager = <Connection as diesel::Connection>::TransactionManager;

thread_local! {
    /// Whether a query on this thread failed in a way that trying again can cure. The closure's own error type may
    /// hide it, so it is taken from the connection.
    static TRANSIENT: Cell<bool> = const { Cell::new(false) };
    /// Whether the running transaction put something into the outbox.
    static ENQUEUED: Cell<bool> = const { Cell::new(false) };
}

/// The connection's instrumentation.
pub(super) fn note_transient(event: InstrumentationEvent<'_>) {
    if let InstrumentationEvent::FinishQuery { error: Some(error), .. } = event
        && dialect::is_transient(error)
    {
        TRANSIENT.set(true);
    }
}

/// Says that the transaction on this thread has put something into the outbox.
pub(crate) fn note_enqueued() {
    ENQUEUED.set(true);
}

impl Database {
    /// Runs queries that see one state of the database and change nothing.
    ///
    /// # Errors
    ///
    /// The closure's, or [`DatabaseError`] made into it.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DatabaseError> + Send + 'static,
    {
        let _permit = self.0.permits.acquire().await;
        let inner = self.0.clone();
        let work = move || {
            let mut connection = inner.pool.get().map_err(|error| DatabaseError::Unreachable(error.to_string()))?;
            dialect::begin_read(&mut connection).map_err(DatabaseError::Query)?;
            let result = work(&mut connection);
            // Nothing was written, so there is nothing to commit.
            let ended = Manager::rollback_transaction(&mut *connection);
            dialect::end_read(&mut connection).and(ended).map_err(DatabaseError::Query)?;
            result
        };
        tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(DatabaseError::Interrupted.into()))
    }

    /// Runs a transaction that commits if the closure succeeds and leaves no trace if it fails. The closure may run
    /// several times: it must do nothing but queries. Its name shows in the metrics.
    ///
    /// # Errors
    ///
    /// The closure's, or [`DatabaseError`] made into it.
    pub async fn transaction<T, E, F>(&self, name: &'static str, mut work: F) -> Result<T, E>
    where
        F: FnMut(&mut Connection) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DatabaseError> + Send + 'static,
    {
        let started = Instant::now();
        let _writer = match &self.0.writer {
            Some(writer) => Some(writer.lock().await),
            None => None,
        };
        let _permit = self.0.permits.acquire().await;
        let (inner, context) = (self.0.clone(), trace::current());
        let run = tokio::task::spawn_blocking(move || trace::lend(context, || retry(&inner, name, &mut work)));
        let result = run.await.unwrap_or_else(|_| Err(DatabaseError::Interrupted.into()));
        let outcome = if result.is_ok() { "committed" } else { "failed" };
        let labels = [("transaction", name), ("outcome", outcome)];
        let seconds = started.elapsed().as_secs_f64();
        self.0.metrics.observe("kontor_transaction_seconds", "Database transactions.", &labels, seconds);
        result
    }
}

fn retry<T, E: From<DatabaseError>>(
    inner: &Inner,
    name: &'static str,
    work: &mut impl FnMut(&mut Connection) -> Result<T, E>,
) -> Result<T, E> {
    let mut connection = inner.pool.get().map_err(|error| DatabaseError::Unreachable(error.to_string()))?;
    let mut attempt = 1;
    loop {
        TRANSIENT.set(false);
        ENQUEUED.set(false);
        let result = once(&mut connection, work);
        if result.is_ok() && ENQUEUED.get() {
            // Here and not in the caller, who may have been cancelled meanwhile.
            inner.outbox.notify_one();
        }
        if result.is_ok() || !TRANSIENT.get() || attempt == ATTEMPTS {
            return result;
        }
        inner.metrics.count("kontor_transaction_retries_total", "Collisions.", &[("transaction", name)], 1);
        let limit = 1u64 << attempt.min(8);
        std::thread::sleep(Duration::from_millis(rand::rng().random_range(1..=limit)));
        attempt += 1;
    }
}

fn once<T, E: From<DatabaseError>>(
    connection: &mut Connection,
    work: &mut impl FnMut(&mut Connection) -> Result<T, E>,
) -> Result<T, E> {
    let begin = dialect::begin_write(connection).inspect_err(note_error);
    begin.map_err(DatabaseError::Query)?;
    match work(connection) {
        Ok(value) => {
            let commit = Manager::commit_transaction(connection).inspect_err(note_error);
            commit.map_err(DatabaseError::Query)?;
            Ok(value)
        }
        Err(error) => {
            // If the rollback fails the connection is broken and the pool drops it.
            let _ = Manager::rollback_transaction(connection);
            Err(error)
        }
    }
}

fn note_error(error: &diesel::result::Error) {
    if dialect::is_transient(error) {
        TRANSIENT.set(true);
    }
}
