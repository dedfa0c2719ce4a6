//! Fingerprint evaluations.

pub mod create;
