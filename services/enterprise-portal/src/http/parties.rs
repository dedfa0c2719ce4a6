//! The network, its banks, and other enterprises.

pub mod banks;
pub mod network;
pub mod show;
