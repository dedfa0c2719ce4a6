//! Field-level sealing: every field of a document encrypted under its own key, its owner deciding who reads it.
//!
//! | Module | Holds |
//! |---|---|
//! | [`suite`] | which algorithms |
//! | [`hash`] | SM3 digests |
//! | [`sign`] | labelled signatures |
//! | [`document`] | what the ledger knows of a sealed document |
//! | [`envelope`] | messages sealed to one reader |
//! | [`grant`] | field keys given to one reader |
//! | [`escrow`] | the document key for supervision |
//! | [`keys`] | seeds and derived keys |

pub mod document;
pub mod envelope;
pub mod error;
pub mod escrow;
pub mod grant;
pub mod hash;
pub mod keys;
pub mod sign;
pub mod suite;
mod wire;

pub use document::{DocumentHeader, DocumentId, Role, RoleKey};
pub use envelope::Envelope;
pub use error::SealingError;
pub use grant::{GrantHeader, SealedGrant};
pub use hash::Hash;
pub use keys::EncryptionPublicKey;
pub use sign::{PublicKey, Signature, SignatureError, SigningKey};
pub use suite::Suite;
