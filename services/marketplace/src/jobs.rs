//! Background work.

pub mod authority;
pub mod leads;
pub mod records;
