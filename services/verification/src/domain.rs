//! The checks and permissions as pure functions of what the ledger says.

pub mod access;
pub mod authenticity;
pub mod duplicate;
pub mod facts;
pub mod over_financing;
