//! Certificates of the network's authority.

pub mod list;
