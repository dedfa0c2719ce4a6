//! Ranges by Bulletproofs+ (Chung, Han, Ju, Kim, Seo 2020), as the audited crate proves them.

use std::sync::OnceLock;

use curve25519_dalek::RistrettoPoint;
use kontor_sealing::Opening;
use merlin::Transcript;
use rand_core::CryptoRng;
use tari_bulletproofs_plus::{
    commitment_opening::CommitmentOpening,
    generators::pedersen_gens::ExtensionDegree,
    range_parameters::RangeParameters,
    range_proof::VerifyAction,
    range_statement::RangeStatement,
    range_witness::RangeWitness,
    ristretto::{RistrettoRangeProof, create_pedersen_gens_with_extension_degree},
};

use crate::error::ProofError;

/// Bits of a range.
const BITS: usize = 64;

/// Values in one aggregated proof at most.
const MAX_AGGREGATION: usize = 8;

/// The generators with their tables for aggregates of up to `size`; making them is slow, so once. A table is walked
/// as a whole whatever is proven, so small proofs want small tables; the generators in all of them are the same.
fn parameters(size: usize) -> Result<RangeParameters<RistrettoPoint>, ProofError> {
    static TABLES: [OnceLock<Option<RangeParameters<RistrettoPoint>>>; 4] = [const { OnceLock::new() }; 4];
    let capacity = size.checked_next_power_of_two().ok_or(ProofError::Statement)?;
    let table = TABLES.get(capacity.ilog2() as usize).ok_or(ProofError::Statement)?;
    let made = table.get_or_init(|| {
        let generators = create_pedersen_gens_with_extension_degree(ExtensionDegree::DefaultPedersen);
        RangeParameters::init(BITS, capacity, generators).ok()
    });
    made.clone().ok_or(ProofError::Statement)
}

/// A range proof with what it is checked against, waiting for others to be checked together with.
pub(crate) struct Pending {
    points: Vec<RistrettoPoint>,
    transcript: Transcript,
    proof: RistrettoRangeProof,
}

/// Sizes of the aggregates that `count` ranges are proven in: powers of two, largest first. Two and one beat four.
pub(crate) fn aggregates(count: usize) -> impl Iterator<Item = usize> {
    let mut left = count;
    std::iter::from_fn(move || {
        let size = left.checked_ilog2().map(|log| (1 << log).min(MAX_AGGREGATION))?;
        left -= size;
        Some(size)
    })
}

fn statement(
    points: Vec<RistrettoPoint>,
    parameters: &RangeParameters<RistrettoPoint>,
) -> Result<RangeStatement<RistrettoPoint>, ProofError> {
    let promises = vec![None; points.len()];
    RangeStatement::init(parameters.clone(), points, promises, None).map_err(|_| ProofError::Statement)
}

/// Proves that the openings of `points` lie in [0, 2^64).
pub(crate) fn prove(
    transcript: &mut Transcript,
    points: Vec<RistrettoPoint>,
    openings: &[Opening],
    rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, ProofError> {
    let statement = statement(points, &parameters(openings.len())?)?;
    let openings = openings.iter().map(|opening| CommitmentOpening::new(opening.value, vec![opening.blinding]));
    let witness = RangeWitness::init(openings.collect()).map_err(|_| ProofError::Witness)?;
    let proof = RistrettoRangeProof::prove_with_rng(transcript, &statement, &witness, rng);
    proof.map(|proof| proof.to_bytes()).map_err(|_| ProofError::False)
}

/// Reads a proof that the openings of `points` lie in [0, 2^64).
pub(crate) fn read(transcript: Transcript, points: Vec<RistrettoPoint>, bytes: &[u8]) -> Result<Pending, ProofError> {
    let proof = RistrettoRangeProof::from_bytes(bytes).map_err(|_| ProofError::Shape)?;
    // One proof has one encoding.
    if proof.to_bytes() != bytes {
        return Err(ProofError::Shape);
    }
    Ok(Pending { points, transcript, proof })
}

/// Whether all of them hold; tells no culprit.
pub(crate) fn verify(pending: Vec<Pending>) -> Result<(), ProofError> {
    let Some(largest) = pending.iter().map(|item| item.points.len()).max() else { return Ok(()) };
    let parameters = parameters(largest)?;
    let (mut transcripts, mut statements, mut proofs) = (Vec::new(), Vec::new(), Vec::new());
    for item in pending {
        transcripts.push(item.transcript);
        statements.push(statement(item.points, &parameters)?);
        proofs.push(item.proof);
    }
    let verdict = RistrettoRangeProof::verify_batch(&mut transcripts, &statements, &proofs, VerifyAction::VerifyOnly);
    verdict.map(|_| ()).map_err(|_| ProofError::Invalid)
}
