//! Requests for attestation.

pub mod decline;
pub mod get;
pub mod grant;
pub mod list;
pub mod receive;
