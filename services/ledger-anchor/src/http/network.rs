//! The network as this node sees it.

pub mod genesis;
pub mod show;
