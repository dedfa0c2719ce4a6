//! Matching of requests.

pub mod create;
