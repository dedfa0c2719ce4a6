//! The revocation list.

pub mod show;
