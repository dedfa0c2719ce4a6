//! The one verifier.

use crate::{
    context::Context,
    error::ProofError,
    proof::Proof,
    prove::VERSION,
    range::{self, Pending},
    relation::{Relation, relations},
    schnorr,
    statement::Statement,
    transcript,
};

/// Checks that `proof` shows `statement` in `context`.
///
/// # Errors
/// [`ProofError`]; which one is for diagnosis only.
pub fn verify(statement: &Statement, proof: &Proof, context: &Context) -> Result<(), ProofError> {
    range::verify(read(statement, proof, context)?)
}

/// As [`verify`] for many at once, with the ranges of all checked together; if that fails, each is checked alone.
/// The answers stand in the order of the questions.
pub fn verify_batch(items: &[(&Statement, &Proof, &Context)]) -> Vec<Result<(), ProofError>> {
    let mut verdicts = Vec::with_capacity(items.len());
    let mut together = Vec::new();
    for (statement, proof, context) in items {
        verdicts.push(read(statement, proof, context).map(|pending| together.extend(pending)));
    }
    if range::verify(together).is_err() {
        for (verdict, (statement, proof, context)) in verdicts.iter_mut().zip(items) {
            if verdict.is_ok() {
                *verdict = verify(statement, proof, context);
            }
        }
    }
    verdicts
}

/// Checks everything but the ranges, which wait in the result.
fn read(statement: &Statement, proof: &Proof, context: &Context) -> Result<Vec<Pending>, ProofError> {
    let (mut zeros, mut points) = (Vec::new(), Vec::new());
    for part in statement.parts()? {
        let commitments = part.commitments();
        for relation in relations(part)? {
            match relation {
                Relation::Zero(combination) => zeros.push(combination.point(&commitments)?),
                Relation::Range(combination) => points.push(combination.point(&commitments)?),
            }
        }
    }
    let (version, bytes) = proof.as_bytes().split_first().ok_or(ProofError::Shape)?;
    if *version != VERSION {
        return Err(ProofError::Shape);
    }
    let (sigma, mut bytes) = bytes.split_at_checked(zeros.len() * schnorr::LENGTH).ok_or(ProofError::Shape)?;
    let mut transcript = transcript::start(statement, context);
    schnorr::verify(&mut transcript, &zeros, sigma)?;
    let mut pending = Vec::new();
    for (index, size) in range::aggregates(points.len()).enumerate() {
        let (length, rest) = bytes.split_first_chunk::<2>().ok_or(ProofError::Shape)?;
        let (own, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length))).ok_or(ProofError::Shape)?;
        let later = points.split_off(size);
        let now = std::mem::replace(&mut points, later);
        pending.push(range::read(transcript::fork(&transcript, index), now, own)?);
        bytes = rest;
    }
    if bytes.is_empty() { Ok(pending) } else { Err(ProofError::Shape) }
}
