//! What the supervisor decides, apart from HTTP and storage.

pub mod filing;
pub mod market;
