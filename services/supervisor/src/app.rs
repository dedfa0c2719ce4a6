//! Use cases.

pub mod approve;
pub mod draft;
pub mod read;
