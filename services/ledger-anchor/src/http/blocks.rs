//! Blocks, for nodes that follow.

pub mod list;
