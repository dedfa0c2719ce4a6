//! The statements that can be proven over committed 64-bit integers.
//!
//! | Statement | Shown by |
//! |---|---|
//! | range | Bulletproofs+; below 64 bits also on `2^bits − 1 − value` |
//! | equal, equal to a constant, linear | knowledge of the difference's blinding (Schnorr) |
//! | at most | range on `b − a` |
//! | over-financing | range on `rate · total − 10 000 · (Σ live + new)` |
//! | and | one transcript for all parts, their ranges aggregated |
//!
//! Operands of *at most* and *over-financing* are range-proven where they were registered; with at most
//! [`MAX_TERMS`] of them and weights below 2^64, no sum wraps around the group's order of about 2^252.

use kontor_sealing::Commitment;
use minicbor::{CborLen, Decode, Decoder, Encode, decode};

use crate::error::ProofError;

/// Terms of all sums of a statement at most.
pub const MAX_TERMS: usize = 1 << 16;

/// Parts of one conjunction at most.
pub const MAX_PARTS: usize = 64;

/// Basis points of the whole.
pub const WHOLE: u64 = 10_000;

/// A statement; wire numbers never change, further statements are added at the end.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, CborLen)]
pub enum Statement {
    /// `0 ≤ value < 2^bits`, for 1 to 64 bits.
    #[n(0)]
    Range {
        /// The value.
        #[n(0)]
        value: Commitment,
        /// The width.
        #[n(1)]
        bits: u8,
    },
    /// `a = b`.
    #[n(1)]
    Equal {
        /// One.
        #[n(0)]
        a: Commitment,
        /// The other.
        #[n(1)]
        b: Commitment,
    },
    /// `a = constant`.
    #[n(2)]
    EqualConstant {
        /// The value.
        #[n(0)]
        a: Commitment,
        /// What it is.
        #[n(1)]
        constant: u64,
    },
    /// `Σ weightᵢ · termᵢ = sum`.
    #[n(3)]
    Linear {
        /// Weights and terms.
        #[n(0)]
        terms: Vec<(u64, Commitment)>,
        /// The sum.
        #[n(1)]
        sum: Commitment,
    },
    /// `a ≤ b`, both range-proven elsewhere.
    #[n(4)]
    AtMost {
        /// The smaller.
        #[n(0)]
        a: Commitment,
        /// The larger.
        #[n(1)]
        b: Commitment,
    },
    /// `10 000 · (Σ live + new) ≤ advance_rate_bp · total`: the claims stay within the advance rate, rounded down
    /// to the minor unit. All are range-proven elsewhere.
    #[n(5)]
    OverFinancing {
        /// The document's total.
        #[n(0)]
        total: Commitment,
        /// The advance rate in basis points, 1 to 10 000.
        #[n(1)]
        advance_rate_bp: u16,
        /// Amounts of the live claims.
        #[n(2)]
        live: Vec<Commitment>,
        /// The new claim's amount.
        #[n(3)]
        new: Commitment,
    },
    /// All of them; parts are no conjunctions themselves.
    #[n(6)]
    And(#[cbor(n(0), decode_with = "flat")] Vec<Statement>),
}

/// Wire number of [`Statement::And`].
const AND: u32 = 6;

/// Reads parts without descending into conjunctions, so that no input makes the reader recurse.
fn flat<'b, C>(d: &mut Decoder<'b>, ctx: &mut C) -> Result<Vec<Statement>, decode::Error> {
    let length = d.array()?.ok_or_else(|| decode::Error::message("parts of unknown number"))?;
    if length > MAX_PARTS as u64 {
        return Err(decode::Error::message("too many parts"));
    }
    let mut parts = Vec::new();
    for _ in 0..length {
        let mut ahead = d.probe();
        ahead.array()?;
        if ahead.u32()? == AND {
            return Err(decode::Error::message("a conjunction within a conjunction"));
        }
        parts.push(d.decode_with(ctx)?);
    }
    Ok(parts)
}

impl Statement {
    /// The single statements that it consists of.
    ///
    /// # Errors
    /// [`ProofError::Statement`] for one that is empty, too large, nested or has a parameter out of bounds.
    pub(crate) fn parts(&self) -> Result<&[Self], ProofError> {
        let parts = match self {
            Self::And(parts) => parts.as_slice(),
            single => std::slice::from_ref(single),
        };
        // The conjunction as a whole has no more terms than one sum may have.
        let operands = || parts.iter().map(Self::operands).sum::<usize>();
        let fits = (1..=MAX_PARTS).contains(&parts.len())
            && parts.iter().all(Self::is_bounded)
            && operands() <= MAX_TERMS.saturating_add(1);
        if fits { Ok(parts) } else { Err(ProofError::Statement) }
    }

    fn is_bounded(&self) -> bool {
        match self {
            Self::Range { bits, .. } => (1..=64).contains(bits),
            Self::Equal { .. } | Self::EqualConstant { .. } | Self::AtMost { .. } => true,
            Self::Linear { terms, .. } => (1..=MAX_TERMS).contains(&terms.len()),
            Self::OverFinancing { advance_rate_bp, live, .. } => {
                (1..=WHOLE).contains(&u64::from(*advance_rate_bp)) && live.len() < MAX_TERMS
            }
            Self::And(_) => false,
        }
    }

    /// How many commitments a part names.
    fn operands(&self) -> usize {
        match self {
            Self::Range { .. } | Self::EqualConstant { .. } => 1,
            Self::Equal { .. } | Self::AtMost { .. } => 2,
            Self::Linear { terms, .. } => terms.len().saturating_add(1),
            Self::OverFinancing { live, .. } => live.len().saturating_add(2),
            Self::And(parts) => parts.len(),
        }
    }

    /// The commitments in the order in which a witness opens them.
    pub(crate) fn commitments(&self) -> Vec<Commitment> {
        match self {
            Self::Range { value, .. } => vec![*value],
            Self::Equal { a, b } | Self::AtMost { a, b } => vec![*a, *b],
            Self::EqualConstant { a, .. } => vec![*a],
            Self::Linear { terms, sum } => terms.iter().map(|(_, term)| *term).chain([*sum]).collect(),
            Self::OverFinancing { total, live, new, .. } => {
                [*total].into_iter().chain(live.iter().copied()).chain([*new]).collect()
            }
            Self::And(parts) => parts.iter().flat_map(Self::commitments).collect(),
        }
    }
}
