//! Background work: delivering the outbox, following the ledger.

pub mod attachments;
pub mod follower;
pub mod gateway;
pub mod marketplace;
pub mod notices;
pub mod records;

use kontor_chassis::outbox::Failure;
use serde::de::DeserializeOwned;

/// The payload as it was put; another one never becomes readable.
fn read<T: DeserializeOwned>(payload: serde_json::Value) -> Result<T, Failure> {
    serde_json::from_value(payload).map_err(|error| Failure::GiveUp(format!("unreadable payload: {error}")))
}

/// Errors of our own are worth another attempt: the database may be back.
fn again(error: impl std::fmt::Display) -> Failure {
    Failure::Retry(error.to_string())
}
