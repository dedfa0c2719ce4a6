//! What is sent after a transaction: written in it, delivered at least once after it, in order per target.

mod worker;

use diesel::prelude::*;
use serde::Serialize;
use serde_json::Value;

use crate::database::schema::outbox;
use crate::database::{Connection, DatabaseError, dialect, now_ms};
use crate::trace;

pub use worker::{Handlers, Worker};

/// Why something could not be put into the outbox.
#[derive(Debug, thiserror::Error)]
pub enum EnqueueError {
    /// The payload cannot be written as JSON.
    #[error("the payload is no JSON: {0}")]
    Payload(#[from] serde_json::Error),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<EnqueueError> for crate::Problem {
    fn from(error: EnqueueError) -> Self {
        match error {
            EnqueueError::Payload(_) => Self::internal(error),
            EnqueueError::Database(error) => error.into(),
        }
    }
}

/// One attempt at delivery.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Which handler it is for.
    pub kind: String,
    /// Where it goes; the handler knows what that means.
    pub target: String,
    /// What is sent.
    pub payload: Value,
    /// The same for every attempt: send it as `Idempotency-Key`.
    pub key: String,
    /// 1 for the first attempt.
    pub attempt: u32,
}

/// Why an attempt did not succeed. The text goes to the log and the row, so it must hold nothing secret.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Failure {
    /// May succeed later.
    #[error("{0}")]
    Retry(String),
    /// Never will; the row stays as a dead letter.
    #[error("{0}")]
    GiveUp(String),
}

impl Failure {
    /// Sorts an HTTP status: the receiver's refusals are final, everything else may pass.
    pub fn of_status(status: u16) -> Self {
        let text = format!("the receiver answered {status}");
        match status {
            408 | 409 | 425 | 429 => Self::Retry(text),
            400..500 => Self::GiveUp(text),
            _ => Self::Retry(text),
        }
    }
}

/// Puts a message into the outbox of the running transaction; the worker is woken when that commits. A second one with
/// the same kind and key changes nothing. One target's messages are delivered in the order in which they were put.
///
/// # Errors
///
/// [`EnqueueError`], upon which the transaction should fail.
pub fn enqueue(
    connection: &mut Connection,
    kind: &str,
    target: &str,
    payload: &impl Serialize,
    key: &str,
) -> Result<(), EnqueueError> {
    let payload = serde_json::to_string(payload)?;
    let known = outbox::table.filter(outbox::kind.eq(kind)).filter(outbox::idempotency_key.eq(key)).count();
    if known.get_result::<i64>(connection).map_err(DatabaseError::from)? > 0 {
        return Ok(());
    }
    let now = now_ms();
    let row = (
        outbox::kind.eq(kind),
        outbox::target.eq(target),
        outbox::payload.eq(payload),
        outbox::idempotency_key.eq(key),
        outbox::traceparent.eq(trace::current_or_lent().map(|context| context.to_string())),
        outbox::attempts.eq(0),
        outbox::due_at.eq(now),
        outbox::state.eq("pending"),
        outbox::created_at.eq(now),
    );
    match diesel::insert_into(outbox::table).values(row).execute(connection) {
        Err(error) if dialect::is_unique_violation(&error) => Ok(()),
        Err(error) => Err(DatabaseError::from(error).into()),
        Ok(_) => {
            crate::database::note_enqueued();
            Ok(())
        }
    }
}
