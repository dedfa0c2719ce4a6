//! The portal through HTTP, on both databases.

mod accounts;
mod attestation;
mod bank;
mod documents;
mod enterprise;
mod financing;
mod membership;
mod records;
mod role_keys;
mod supervision;
mod world;
