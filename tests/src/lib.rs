//! Tests across services; the crate itself holds what they share.
