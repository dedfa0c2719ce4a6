//! Applications, for the bank's staff.

pub mod acknowledge;
pub mod decline;
pub mod get;
pub mod list;
pub mod message;
pub mod offer;
