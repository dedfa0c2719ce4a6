//! Decisions without I/O: what the bank makes of what it was shown.

pub mod application;
pub mod claim;
pub mod invoice;
pub mod offer;
pub mod opened;
pub mod parties;
pub mod status;
pub mod verdict;
