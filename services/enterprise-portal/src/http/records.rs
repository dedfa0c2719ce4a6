//! Signed records on their way to the ledger.

pub mod create;
pub mod receipt;
pub mod show;
