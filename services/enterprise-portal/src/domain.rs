//! What the portal deals with, as pure types and decisions.

pub mod attestation;
pub mod document;
pub mod enterprise;
pub mod financing;
pub mod financing_request;
pub mod handle;
pub mod id;
pub mod outline;
pub mod page;
pub mod relay;
pub mod role_request;
pub mod sealed;
pub mod sponsorship;
