//! The Fiat–Shamir transcript: context, statement and all commitments before the first challenge.

use curve25519_dalek::Scalar;
use merlin::Transcript;

use crate::{context::Context, statement::Statement, wire};

/// A transcript that has absorbed context and statement.
pub(crate) fn start(statement: &Statement, context: &Context) -> Transcript {
    let mut transcript = Transcript::new(b"kontor/v1/statement");
    transcript.append_message(b"context", &wire::to_cbor(context));
    transcript.append_message(b"statement", &wire::to_cbor(statement));
    transcript
}

/// The transcript of the n-th aggregated range proof.
pub(crate) fn fork(transcript: &Transcript, index: usize) -> Transcript {
    let mut fork = transcript.clone();
    fork.append_u64(b"range", index as u64);
    fork
}

/// A challenge from 64 uniform bytes.
pub(crate) fn challenge(transcript: &mut Transcript, label: &'static [u8]) -> Scalar {
    let mut bytes = [0; 64];
    transcript.challenge_bytes(label, &mut bytes);
    Scalar::from_bytes_mod_order_wide(&bytes)
}
