//! What a single statement comes down to: a combination of its commitments that commits to zero, or ones that
//! commit to a 64-bit integer.

use curve25519_dalek::{RistrettoPoint, Scalar, traits::VartimeMultiscalarMul as _};
use kontor_sealing::{Commitment, Opening};

use crate::{
    error::ProofError,
    statement::{Statement, WHOLE},
};

/// `constant · B + Σ weightᵢ · commitmentᵢ`, in the order of the statement's commitments.
pub(crate) struct Combination {
    constant: i128,
    weights: Vec<i128>,
}

/// What has to be shown of a combination.
pub(crate) enum Relation {
    /// It commits to zero.
    Zero(Combination),
    /// It commits to an integer in [0, 2^64).
    Range(Combination),
}

/// The relations that make up a single statement.
pub(crate) fn relations(statement: &Statement) -> Result<Vec<Relation>, ProofError> {
    let plain = |weights: Vec<i128>| Combination { constant: 0, weights };
    Ok(match statement {
        Statement::Range { bits: 64, .. } => vec![Relation::Range(plain(vec![1]))],
        Statement::Range { bits, .. } => {
            let highest = (1_i128 << bits) - 1;
            let room = Combination { constant: highest, weights: vec![-1] };
            vec![Relation::Range(plain(vec![1])), Relation::Range(room)]
        }
        Statement::Equal { .. } => vec![Relation::Zero(plain(vec![1, -1]))],
        Statement::EqualConstant { constant, .. } => {
            vec![Relation::Zero(Combination { constant: -i128::from(*constant), weights: vec![1] })]
        }
        Statement::Linear { terms, .. } => {
            let weights = terms.iter().map(|(weight, _)| i128::from(*weight)).chain([-1]).collect();
            vec![Relation::Zero(plain(weights))]
        }
        Statement::AtMost { .. } => vec![Relation::Range(plain(vec![-1, 1]))],
        Statement::OverFinancing { advance_rate_bp, live, .. } => {
            let claims = std::iter::repeat_n(-i128::from(WHOLE), live.len() + 1);
            vec![Relation::Range(plain([i128::from(*advance_rate_bp)].into_iter().chain(claims).collect()))]
        }
        Statement::And(_) => return Err(ProofError::Statement),
    })
}

impl Combination {
    /// The combined point.
    pub(crate) fn point(&self, commitments: &[Commitment]) -> Result<RistrettoPoint, ProofError> {
        let points = commitments.iter().map(Commitment::point).collect::<Option<Vec<_>>>();
        let points = points.ok_or(ProofError::Commitment)?;
        if points.len() != self.weights.len() {
            return Err(ProofError::Statement);
        }
        let combined = match (self.weights.as_slice(), points.as_slice()) {
            ([1], [point]) => *point,
            ([-1], [point]) => -point,
            ([1, -1], [a, b]) => a - b,
            ([-1, 1], [a, b]) => b - a,
            _ => RistrettoPoint::vartime_multiscalar_mul(self.weights.iter().map(|weight| scalar(*weight)), points),
        };
        Ok(if self.constant == 0 { combined } else { combined + RistrettoPoint::mul_base(&scalar(self.constant)) })
    }

    /// The combined opening: the integer, if it can be told from 128 bits, and the blinding.
    pub(crate) fn open(&self, openings: &[Opening]) -> Result<(i128, Scalar), ProofError> {
        if openings.len() != self.weights.len() {
            return Err(ProofError::Witness);
        }
        let mut value = self.constant;
        let mut blinding = Scalar::ZERO;
        for (weight, opening) in self.weights.iter().zip(openings) {
            let term = weight.checked_mul(i128::from(opening.value)).ok_or(ProofError::False)?;
            value = value.checked_add(term).ok_or(ProofError::False)?;
            blinding += scalar(*weight) * opening.blinding;
        }
        Ok((value, blinding))
    }
}

fn scalar(weight: i128) -> Scalar {
    let magnitude = Scalar::from(weight.unsigned_abs());
    if weight < 0 { -magnitude } else { magnitude }
}
