//! Statements proven over commitments, and threshold fingerprints.
//!
//! | Module | Holds |
//! |---|---|
//! | [`statement`], [`witness`], [`context`] | what is shown, by whom who knows what, bound to where |
//! | [`proof`](mod@proof) | the bytes that show it |
//! | [`mod@prove`], [`mod@verify`] | the one prover and the one verifier |
//! | [`fingerprint`] | the threshold verifiable OPRF (RFC 9497) |
//!
//! ```
//! use kontor_proofs::{Context, Statement, Witness, prove, verify};
//! use kontor_sealing::{Hash, Opening};
//! # use curve25519_dalek::Scalar;
//! # let mut rng = <rand::rngs::StdRng as rand::SeedableRng>::seed_from_u64(1);
//! let a = Opening { value: 60, blinding: Scalar::random(&mut rng) };
//! let b = Opening { value: 90, blinding: Scalar::random(&mut rng) };
//! let statement = Statement::AtMost { a: a.commitment(), b: b.commitment() };
//! let context = Context {
//!     network: Hash::sm3(&[b"a network"]),
//!     purpose: "example".to_owned(),
//!     documents: vec![],
//!     binding: vec![],
//! };
//! let proof = prove(&statement, &Witness::new([a, b]), &context, &mut rng)?;
//! verify(&statement, &proof, &context)?;
//! # Ok::<(), kontor_proofs::ProofError>(())
//! ```

pub mod context;
pub mod error;
pub mod fingerprint;
pub mod proof;
pub mod prove;
mod range;
mod relation;
mod schnorr;
pub mod statement;
#[cfg(test)]
mod tests;
mod transcript;
pub mod verify;
mod wire;
pub mod witness;

pub use context::Context;
pub use error::ProofError;
pub use proof::Proof;
pub use prove::prove;
pub use statement::Statement;
pub use verify::{verify, verify_batch};
pub use witness::Witness;
