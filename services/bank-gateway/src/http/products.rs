//! The bank's products.

pub mod create;
pub mod list;
