//! What can be wrong with a statement, a witness or a proof.

/// Why a proof could not be made or does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// Too many terms, parts or levels, or a parameter outside its bounds.
    #[error("the statement is too large or a parameter lies outside its bounds")]
    Statement,
    /// A commitment is not the encoding of a point.
    #[error("a commitment is not a point")]
    Commitment,
    /// The openings are too few, too many, or not those of the statement's commitments.
    #[error("the openings are not those of the statement's commitments")]
    Witness,
    /// The statement does not hold for the openings.
    #[error("the statement is false")]
    False,
    /// The proof's bytes are too long or of another shape than the statement needs.
    #[error("the proof has the wrong shape")]
    Shape,
    /// The proof does not show the statement in this context.
    #[error("the proof does not hold")]
    Invalid,
}
