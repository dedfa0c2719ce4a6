//! The proofs that records owe, made by whoever knows the openings, over the statements and contexts that every node
//! checks.

use kontor_proofs::{Context, Proof, ProofError, Statement, Witness, prove};
use kontor_sealing::{Hash, Opening, PublicKey};
use rand_core::CryptoRng;

use crate::{
    context::{
        Anchored, amount_context, claim_context, receivable_amount_context, receivable_issue_context, source_context,
        split_context,
    },
    receivable::{Child, ReceivableId, conservation},
    record::{ClaimId, Headroom},
};

/// A whole total may be issued in receivables: basis points.
pub const WHOLE: u16 = 10_000;

/// What a claim is proven for.
#[derive(Debug, Clone, Copy)]
pub struct Claiming<'a> {
    /// The genesis hash.
    pub network: Hash,
    /// The claimed version.
    pub claimed: Anchored,
    /// The bank's one-time key for the claim.
    pub claim_key: &'a PublicKey,
    /// Share of the total that may be advanced, in basis points.
    pub advance_rate: u16,
}

impl Claiming<'_> {
    /// That the amount lies in [0, 2^64).
    ///
    /// # Errors
    /// As [`prove`].
    pub fn amount(&self, amount: &Opening, rng: &mut impl CryptoRng) -> Result<Proof, ProofError> {
        range(amount, &amount_context(self.network, self.claimed, self.claim_key), rng)
    }

    /// That the amount fits in the claimed document's total beside the live claims, in ascending order of their ids.
    ///
    /// # Errors
    /// [`ProofError::False`] if it does not; otherwise as [`prove`].
    pub fn headroom(
        &self,
        total: &Opening,
        live: &[(ClaimId, Opening)],
        amount: &Opening,
        rng: &mut impl CryptoRng,
    ) -> Result<Headroom, ProofError> {
        let context = claim_context(self.network, self.claimed, self.claim_key, &ids(live));
        headroom(total, self.advance_rate, live, amount, &context, rng)
    }

    /// As [`Self::headroom`] for the total of a source.
    ///
    /// # Errors
    /// As [`Self::headroom`].
    pub fn source(
        &self,
        source: Anchored,
        total: &Opening,
        live: &[(ClaimId, Opening)],
        amount: &Opening,
        rng: &mut impl CryptoRng,
    ) -> Result<Headroom, ProofError> {
        let context = source_context(self.network, source, self.claimed, self.claim_key, &ids(live));
        headroom(total, self.advance_rate, live, amount, &context, rng)
    }
}

/// The two proofs of a receivable that `issuer` issues beside those issued before, in ascending order of their ids:
/// that its amount is one, and that all stay within the document's total.
///
/// # Errors
/// [`ProofError::False`] if they do not; otherwise as [`prove`].
pub fn issue(
    network: Hash,
    document: Anchored,
    issuer: &PublicKey,
    total: &Opening,
    issued: &[(ReceivableId, Opening)],
    amount: &Opening,
    rng: &mut impl CryptoRng,
) -> Result<(Proof, Headroom), ProofError> {
    let shown = range(amount, &receivable_amount_context(network, document, issuer), rng)?;
    let context = receivable_issue_context(network, document, issuer, &ids(issued));
    Ok((shown, headroom(total, WHOLE, issued, amount, &context, rng)?))
}

/// The parts of `parent` for these holders, each with how many parts it may become, and the proof that they sum to it.
///
/// # Errors
/// [`ProofError::False`] if they do not; otherwise as [`prove`].
pub fn split(
    network: Hash,
    parent: (&ReceivableId, &Opening),
    parts: &[(PublicKey, Opening, u16)],
    author: &PublicKey,
    rng: &mut impl CryptoRng,
) -> Result<(Vec<Child>, Proof), ProofError> {
    let child =
        |(holder, amount, parts): &_| Child { holder: *holder, amount: Opening::commitment(amount), parts: *parts };
    let children: Vec<Child> = parts.iter().map(child).collect();
    let amounts = || parts.iter().map(|(_, amount, _)| amount.clone());
    let witness = Witness::new(amounts().chain([parent.1.clone()]).chain(amounts()));
    let statement = conservation(parent.1.commitment(), &children);
    let proof = prove(&statement, &witness, &split_context(network, parent.0, &children, author), rng)?;
    Ok((children, proof))
}

fn ids(live: &[(Hash, Opening)]) -> Vec<Hash> {
    live.iter().map(|(id, _)| *id).collect()
}

fn range(amount: &Opening, context: &Context, rng: &mut impl CryptoRng) -> Result<Proof, ProofError> {
    let statement = Statement::Range { value: amount.commitment(), bits: 64 };
    prove(&statement, &Witness::new([amount.clone()]), context, rng)
}

fn headroom(
    total: &Opening,
    advance_rate_bp: u16,
    live: &[(Hash, Opening)],
    new: &Opening,
    context: &Context,
    rng: &mut impl CryptoRng,
) -> Result<Headroom, ProofError> {
    let statement = Statement::OverFinancing {
        total: total.commitment(),
        advance_rate_bp,
        live: live.iter().map(|(_, opening)| opening.commitment()).collect(),
        new: new.commitment(),
    };
    let openings = live.iter().map(|(_, opening)| opening.clone());
    let witness = Witness::new([total.clone()].into_iter().chain(openings).chain([new.clone()]));
    Ok(Headroom { live: ids(live), proof: prove(&statement, &witness, context, rng)? })
}
