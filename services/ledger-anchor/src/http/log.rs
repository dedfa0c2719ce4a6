//! The log: checkpoints, consistency and tiles.

pub mod checkpoint;
pub mod consistency;
pub mod tile;
