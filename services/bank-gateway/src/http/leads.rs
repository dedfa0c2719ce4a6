//! Leads from the marketplace.

pub mod list;
pub mod receive;
