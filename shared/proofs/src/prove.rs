//! The one prover.
//!
//! Wire form, version 1: the version's byte; 64 bytes for each relation that commits to zero, in the statement's
//! order; then for each aggregate of ranges two bytes of length, big-endian, and the Bulletproofs+ proof.

use kontor_sealing::Opening;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::{
    context::Context,
    error::ProofError,
    proof::Proof,
    range,
    relation::{Relation, relations},
    schnorr,
    statement::Statement,
    transcript,
    witness::Witness,
};

/// First byte of every proof.
pub(crate) const VERSION: u8 = 1;

/// Proves `statement` in `context`.
///
/// # Errors
/// [`ProofError::Statement`] or [`ProofError::Commitment`] for a statement out of bounds, [`ProofError::Witness`] for
/// openings of other commitments, [`ProofError::False`] if it does not hold.
pub fn prove(
    statement: &Statement,
    witness: &Witness,
    context: &Context,
    rng: &mut impl CryptoRng,
) -> Result<Proof, ProofError> {
    let (mut zeros, mut points, mut values) = (Vec::new(), Vec::new(), Vec::new());
    let mut openings = witness.openings();
    for part in statement.parts()? {
        let commitments = part.commitments();
        let (own, rest) = openings.split_at_checked(commitments.len()).ok_or(ProofError::Witness)?;
        openings = rest;
        if own.iter().map(Opening::commitment).ne(commitments.iter().copied()) {
            return Err(ProofError::Witness);
        }
        for relation in relations(part)? {
            match relation {
                Relation::Zero(combination) => match combination.open(own)? {
                    (0, blinding) => zeros.push((combination.point(&commitments)?, Zeroizing::new(blinding))),
                    _ => return Err(ProofError::False),
                },
                Relation::Range(combination) => {
                    let (value, blinding) = combination.open(own)?;
                    points.push(combination.point(&commitments)?);
                    values.push(Opening { value: u64::try_from(value).map_err(|_| ProofError::False)?, blinding });
                }
            }
        }
    }
    if !openings.is_empty() {
        return Err(ProofError::Witness);
    }
    let mut transcript = transcript::start(statement, context);
    let mut bytes = vec![VERSION];
    schnorr::prove(&mut transcript, &zeros, &mut bytes, rng)?;
    for (index, size) in range::aggregates(points.len()).enumerate() {
        let rest = (points.split_off(size), values.split_off(size));
        let (points_now, values_now) = (std::mem::replace(&mut points, rest.0), std::mem::replace(&mut values, rest.1));
        let proof = range::prove(&mut transcript::fork(&transcript, index), points_now, &values_now, rng)?;
        bytes.extend_from_slice(&u16::try_from(proof.len()).map_err(|_| ProofError::Shape)?.to_be_bytes());
        bytes.extend_from_slice(&proof);
    }
    Proof::from_bytes(bytes)
}
