//! The scenes; each checks what it sees and fails if anything differs.

pub mod duplicate;
pub mod financing;
pub mod forgery;
pub mod market;
pub mod supervision;

use kontor_sealing::Hash;
use serde_json::Value;

use crate::client::ApiError;

/// Highest share of the total that is asked for, in basis points.
pub const ADVANCE_RATE: u16 = 9_000;

/// Days until repayment.
pub const TENOR: u16 = 60;

/// Fails unless `holds`.
pub fn check(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), ApiError> {
    if holds { Ok(()) } else { Err(ApiError::Unexpected(otherwise())) }
}

/// The record that a request's claim made.
pub fn claim_record(told: &Value) -> Result<Hash, ApiError> {
    let text = told["claimRecord"].as_str().ok_or_else(|| format!("no claim record: {told}"))?;
    text.parse().map_err(|error| ApiError::Unexpected(format!("claimRecord: {error}")))
}

/// An amount in minor units for people.
pub fn amount(minor: u64, invoice: &kontor_trade::document::Invoice) -> String {
    let currency = invoice.invoice_currency_code;
    let scale = 10_u64.saturating_pow(currency.decimals());
    let width = usize::try_from(currency.decimals()).unwrap_or_default();
    if width == 0 {
        return format!("{currency} {minor}");
    }
    format!("{currency} {}.{:0width$}", minor / scale, minor % scale)
}
