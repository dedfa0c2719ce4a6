//! What the prover knows.

use kontor_sealing::Opening;

/// The openings of a statement's commitments, in this order: for sums the terms before the sum, for over-financing
/// the total, the live claims, the new one; for a conjunction part by part.
#[derive(Clone, Default)]
pub struct Witness(Vec<Opening>);

impl Witness {
    /// A witness of these openings.
    pub fn new(openings: impl IntoIterator<Item = Opening>) -> Self {
        Self(openings.into_iter().collect())
    }

    pub(crate) fn openings(&self) -> &[Opening] {
        &self.0
    }
}
