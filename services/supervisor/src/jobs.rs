//! Background work.

pub mod follow;
pub mod shares;
pub mod submission;
