//! Snapshots of the rules' state at agreed heights, for nodes that join without running the log again.
//!
//! | Module | Holds |
//! |---|---|
//! | [`manifest`] | what a snapshot is, who vouches for it, and how many must |
//! | [`chunk`] | keys and values as bytes |
//! | [`folder`] | snapshots on disk |
//! | [`keeper`] | the thread that writes them |
//!
//! Headers carry no root of the state, so no certificate proves a snapshot. Every node makes one at the same heights and
//! from the same state, byte for byte, and validators sign its manifest: of f + 1 that do, one is honest.

pub mod chunk;
pub mod folder;
pub mod keeper;
pub mod manifest;

pub use folder::Snapshots;
pub use keeper::Due;
pub use manifest::{Manifest, Offer, Vouch};
