//! Background work.

pub mod leads;
