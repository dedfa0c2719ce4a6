//! Cross-checks.

pub mod create;
