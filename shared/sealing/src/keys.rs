//! Keys: a party's seed and what is derived from it.
//!
//! | Module | Holds |
//! |---|---|
//! | [`seed`] | the one secret of a party, as recovery words |
//! | [`encryption`] | X25519 keys that envelopes are sealed to |
//! | [`document`] | the signing key and the keys of one document's versions |
//! | [`secret`] | the symmetric keys inside a document |

pub mod document;
pub mod encryption;
pub mod secret;
pub mod seed;

pub use document::DocumentSecret;
pub use encryption::{EncryptionKey, EncryptionPublicKey};
pub use secret::{DocumentKey, FieldKey, FieldKeys, IndexKey};
pub use seed::PartySeed;
