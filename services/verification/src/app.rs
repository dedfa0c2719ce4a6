//! Use cases.

pub mod check;
pub mod decrypt;
pub mod error;
pub mod evaluate;
pub mod gather;
pub mod keys;

use std::sync::Arc;

use kontor_chassis::{database::Database, rate::Limiter};
use kontor_ledger::{
    Timestamp,
    client::{LedgerClient, Members},
};

use keys::Keys;

/// Everything that use cases work with.
pub struct Verification {
    /// Counts of what was answered; no document's content.
    pub database: Database,
    /// The bank's keys and shares, and the network.
    pub keys: Arc<Keys>,
    /// The network's members now.
    pub members: Members,
    /// The bank's own node.
    pub ledger: LedgerClient,
    /// How many evaluations each bank may ask for.
    pub evaluations: Limiter,
}

/// The clock.
pub fn now() -> Timestamp {
    let now = kontor_chassis::database::now_ms();
    u64::try_from(now).ok().and_then(|now| Timestamp::from_millis(now).ok()).unwrap_or_default()
}
