//! Snapshots of the rules' state, for nodes that join.

pub mod chunk;
pub mod list;
