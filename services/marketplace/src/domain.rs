//! Products, outlines and which of them fit; pure.

pub mod matching;
pub mod outline;
pub mod product;
