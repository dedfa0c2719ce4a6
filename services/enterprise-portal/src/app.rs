//! Use cases: load, decide, save, and what is to be sent, in one transaction each.

pub mod accounts;
pub mod attachments;
pub mod attestation;
pub mod financing;
pub mod index;
pub mod outbox;
pub mod reading;
pub mod relay;
pub mod role_keys;
pub mod sharing;
