//! Fingerprints: a threshold verifiable oblivious pseudorandom function, RFC 9497 (ristretto255-SHA512, mode VOPRF)
//! with the key shared among evaluators by Shamir's scheme.
//!
//! The bank blinds an input, any `threshold` evaluators answer with proofs, the bank unblinds. The output is that of
//! RFC 9497 under the shared key, whichever evaluators answered; fewer than `threshold` of them learn nothing and can
//! compute nothing.
//!
//! | Module | Holds |
//! |---|---|
//! | [`client`] | blinding, checking and combining answers |
//! | [`evaluator`] | shares, their dealing, and answering |
//! | [`dleq`] | that an answer was made with the share |
//! | [`suite`] | the RFC's hashing to group and scalars |

pub mod client;
pub mod dleq;
pub mod evaluator;
pub mod suite;
#[cfg(test)]
mod tests;

pub use client::{BlindedElement, Blinding, Output, blind, finalize};
pub use evaluator::{Evaluation, EvaluatorShare, FingerprintPublic, ShareKey, deal};

/// Evaluators of one key at most.
pub const MAX_EVALUATORS: usize = 256;

/// Why a fingerprint could not be computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FingerprintError {
    /// The input hashes to the identity, which nobody can find, or is longer than 65,535 bytes.
    #[error("the input cannot be blinded")]
    Input,
    /// The bytes are not a point other than the identity.
    #[error("expected a group element as 64 hexadecimal digits")]
    Element,
    /// A threshold of zero or above the number of evaluators, or more evaluators than [`MAX_EVALUATORS`].
    #[error("the threshold lies between 1 and the number of evaluators")]
    Threshold,
    /// The bytes are no share.
    #[error("the bytes are no evaluator's share")]
    Share,
    /// An evaluator's answer does not hold.
    #[error("the answer of evaluator {0} does not hold")]
    Evaluation(u16),
    /// Too few different evaluators answered.
    #[error("{given} of {needed} answers")]
    TooFew {
        /// Answers given.
        given: usize,
        /// Answers needed.
        needed: u16,
    },
}
