//! Objects: what the records add up to.

pub mod show;
