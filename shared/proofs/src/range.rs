//! Ranges by Bulletproofs+ (Chung, Han, Ju, Kim, Seo 2020), as the audited crate proves them.

use std::sync::LazyLock;

use curve25519_dalek::{RistrettoPoint, Scalar};
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

/// The generators with their tables; making them is slow, so once.
static PARAMETERS: LazyLock<Option<RangeParameters<RistrettoPoint>>> = LazyLock::new(|| {
    let generators = create_pedersen_gens_with_extension_degree(ExtensionDegree::DefaultPedersen);
    RangeParameters::init(BITS, MAX_AGGREGATION, generators).ok()
});

/// A range proof with what it is checked against, waiting for others to be checked together with.
pub(crate) struct Pending {
    statement: RangeStatement<RistrettoPoint>,
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

fn statement(points: Vec<RistrettoPoint>) -> Result<RangeStatement<RistrettoPoint>, ProofError> {
    let parameters = PARAMETERS.as_ref().ok_or(ProofError::Statement)?.clone();
    let promises = vec![None; points.len()];
    RangeStatement::init(parameters, points, promises, None).map_err(|_| ProofError::Statement)
}

/// Proves that the openings of `points` lie in [0, 2^64).
pub(crate) fn prove(
    transcript: &mut Transcript,
    points: Vec<RistrettoPoint>,
    openings: Vec<(u64, Scalar)>,
    rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, ProofError> {
    let openings = openings.into_iter().map(|(value, blinding)| CommitmentOpening::new(value, vec![blinding]));
    let witness = RangeWitness::init(openings.collect()).map_err(|_| ProofError::Witness)?;
    let proof = RistrettoRangeProof::prove_with_rng(transcript, &statement(points)?, &witness, rng);
    proof.map(|proof| proof.to_bytes()).map_err(|_| ProofError::False)
}

/// Reads a proof that the openings of `points` lie in [0, 2^64).
pub(crate) fn read(transcript: Transcript, points: Vec<RistrettoPoint>, bytes: &[u8]) -> Result<Pending, ProofError> {
    let proof = RistrettoRangeProof::from_bytes(bytes).map_err(|_| ProofError::Shape)?;
    // One proof has one encoding.
    if proof.to_bytes() != bytes {
        return Err(ProofError::Shape);
    }
    Ok(Pending { statement: statement(points)?, transcript, proof })
}

/// Whether all of them hold; tells no culprit.
pub(crate) fn verify(pending: Vec<Pending>) -> Result<(), ProofError> {
    if pending.is_empty() {
        return Ok(());
    }
    let (mut transcripts, mut statements, mut proofs) = (Vec::new(), Vec::new(), Vec::new());
    for item in pending {
        transcripts.push(item.transcript);
        statements.push(item.statement);
        proofs.push(item.proof);
    }
    let verdict = RistrettoRangeProof::verify_batch(&mut transcripts, &statements, &proofs, VerifyAction::VerifyOnly);
    verdict.map(|_| ()).map_err(|_| ProofError::Invalid)
}
