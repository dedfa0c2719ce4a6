//! Products, outlines and which of them fit; certificates and who may have them; pure.

pub mod certificate;
pub mod matching;
pub mod outline;
pub mod product;
