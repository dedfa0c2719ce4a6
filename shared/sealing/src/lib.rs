//! Field-level sealing: every field of a document encrypted under its own key, its owner deciding who reads it.
//!
//! | Module | Holds |
//! |---|---|
//! | [`suite`] | which algorithms |
//! | [`hash`] | SM3 digests |
//! | [`sign`] | labelled signatures |

pub mod hash;
pub mod sign;
pub mod suite;

pub use hash::Hash;
pub use sign::{PublicKey, Signature, SignatureError, SigningKey};
pub use suite::Suite;
