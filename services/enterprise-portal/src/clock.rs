//! The system's clock; decisions take the time as a parameter.

use kontor_ledger::time::Timestamp;

/// Now.
pub fn now() -> Timestamp {
    let millis = u64::try_from(kontor_chassis::database::now_ms()).unwrap_or_default();
    Timestamp::from_millis(millis).unwrap_or(Timestamp::MAX)
}
