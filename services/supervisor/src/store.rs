//! Queries; rows become domain types here.

pub mod filings;
pub mod market;
pub mod partials;
pub mod schema;
mod text;
