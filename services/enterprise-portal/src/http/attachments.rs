//! Sealed documents on their way in.

pub mod put;

/// The largest sealed document that is taken.
pub const MAX_BYTES: usize = 4 << 20;
