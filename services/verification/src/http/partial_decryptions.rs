//! Partial decryptions for supervision.

pub mod create;
