//! Keys: a party's seed and what is derived from it.
//!
//! | Module | Holds |
//! |---|---|
//! | [`encryption`] | X25519 keys that envelopes are sealed to |

pub mod encryption;

pub use encryption::EncryptionPublicKey;
