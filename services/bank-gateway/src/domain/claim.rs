//! The bank's claim: terms it asks the seller to prove against, evidence it takes, the reservation it signs.

use kontor_ledger::{
    exchange::Evidence,
    genesis::Parameters,
    member::MemberId,
    object::Version,
    record::{Body, Fingerprint, NearMatchAction, Nonce, Record, Reservation, Unsigned},
    time::Timestamp,
};
use kontor_sealing::{Hash, SigningKey, document::DocumentId};

const HOUR: u64 = 60 * 60 * 1000;

/// What the seller's proof must speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimTerms {
    /// Share of the total that all claims may reach, in basis points.
    pub advance_rate: u16,
    /// When the reservation would lapse.
    pub expires: Timestamp,
}

/// The terms: what the seller asks for, within the bank's policy and the network's parameters.
pub fn terms(asked_rate: u16, policy_rate: u16, policy_hours: u32, network: &Parameters, now: Timestamp) -> ClaimTerms {
    let advance_rate = asked_rate.min(policy_rate).min(network.max_advance_rate);
    // A minute of slack: the ledger measures the reservation from its own clock.
    let longest = network.max_reservation.saturating_sub(HOUR / 60);
    ClaimTerms { advance_rate, expires: now.plus_millis(longest.min(u64::from(policy_hours) * HOUR)) }
}

/// Why the seller's evidence cannot be used; it may send another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceError {
    /// It does not open to what it should.
    #[error("the evidence cannot be read")]
    Unreadable,
    /// Another amount than was asked for.
    #[error("the amount is not the one that was asked for")]
    Amount,
    /// No scalar.
    #[error("the blinding is not a scalar")]
    Blinding,
}

impl EvidenceError {
    /// Stable.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unreadable => "evidence-unreadable",
            Self::Amount => "evidence-amount",
            Self::Blinding => "evidence-blinding",
        }
    }
}

/// What the claim is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The genesis hash.
    pub network: Hash,
    /// The document.
    pub document: DocumentId,
    /// Its version.
    pub version: u32,
    /// Exact first.
    pub fingerprints: Vec<Fingerprint>,
}

/// Checks the amount's opening: the only thing that the bank alone can check. Whether the amount fits is for every
/// node to judge from the proofs.
///
/// # Errors
/// [`EvidenceError`].
pub fn check_evidence(evidence: &Evidence, asked: u64) -> Result<(), EvidenceError> {
    if evidence.amount != asked {
        return Err(EvidenceError::Amount);
    }
    evidence.opening().map(|_| ()).ok_or(EvidenceError::Blinding)
}

/// The signed reservation. The commitment is computed from the opening, so the claim's amount is what was opened.
///
/// # Errors
/// [`EvidenceError::Blinding`].
pub fn reserve(
    subject: &Subject,
    terms: ClaimTerms,
    evidence: &Evidence,
    acknowledgement: Option<NearMatchAction>,
    nonce: Nonce,
    claim_key: &SigningKey,
    bank: MemberId,
) -> Result<Record, EvidenceError> {
    let opening = evidence.opening().ok_or(EvidenceError::Blinding)?;
    let mut fingerprints = subject.fingerprints.clone();
    fingerprints.sort();
    let claim = Reservation {
        document: subject.document,
        version: subject.version,
        fingerprints,
        amount: opening.commitment(),
        range: evidence.range.clone(),
        advance_rate: terms.advance_rate,
        headroom: evidence.headroom.clone(),
        expires: terms.expires,
        acknowledgement,
        sources: Vec::new(),
    };
    let body = Body::ClaimReserve { claim: Box::new(claim) };
    Ok(Unsigned { network: subject.network, body, nonce, author: claim_key.public() }.sign(claim_key, bank))
}

/// A further record of the claim, by its key.
pub fn follow_up(network: Hash, body: Body, nonce: Nonce, claim_key: &SigningKey, bank: MemberId) -> Record {
    Unsigned { network, body, nonce, author: claim_key.public() }.sign(claim_key, bank)
}

/// Whether the version that the application is on can be claimed at all.
pub fn has_total(version: &Version) -> bool {
    version.total.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_never_exceed_policy_or_network() {
        let now = Timestamp::from_millis(1_000).expect("a time");
        let network = Parameters { max_advance_rate: 8_000, max_reservation: 10 * HOUR, ..Parameters::default() };
        let made = |asked, policy, hours| terms(asked, policy, hours, &network, now);
        assert_eq!(made(6_000, 9_000, 1), ClaimTerms { advance_rate: 6_000, expires: now.plus_millis(HOUR) });
        assert_eq!(made(9_500, 9_000, 1).advance_rate, 8_000);
        assert_eq!(made(9_500, 7_000, 1).advance_rate, 7_000);
        assert!(made(1, 1, u32::MAX).expires < now.plus_millis(10 * HOUR));
    }
}
