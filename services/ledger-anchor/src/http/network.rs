//! The network as this node sees it.

pub mod activity;
pub mod epochs;
pub mod genesis;
pub mod proposals;
pub mod show;
