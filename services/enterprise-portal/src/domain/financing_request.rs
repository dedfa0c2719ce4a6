//! A financing request with everything it gathers on its way.

use kontor_ledger::{
    member::MemberId,
    record::{ClaimId, RecordId},
    time::Timestamp,
};
use kontor_sealing::{DocumentId, PublicKey};
use serde::{Deserialize, Serialize};

use super::{
    enterprise::AccountId,
    financing::{BankWord, Effect, Event, Refusal, State},
    id::Id,
    outline::{Match, Outline},
    sealed::Sealed,
};

/// The bank asked, and what it may read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approach {
    /// The bank.
    pub bank: MemberId,
    /// The record that lets it read.
    pub grant: RecordId,
    /// Amount, tenor and proofs, sealed to it.
    pub terms: Sealed,
}

/// What the seller's headroom proof must speak of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClaimTerms {
    /// Basis points of the total.
    pub advance_rate: u16,
    /// When the reservation would lapse.
    pub expires: Timestamp,
}

/// Why, by a stable code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StatusReason {
    /// Stable.
    pub code: String,
    /// In words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// A bank's report on a request.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BankReport {
    /// Where the request stands.
    pub state: BankWord,
    /// Rises with each report of a request.
    pub sequence: Option<u64>,
    /// The claim's one-time key.
    pub claim_key: Option<PublicKey>,
    /// What the proofs must speak of.
    pub claim_terms: Option<ClaimTerms>,
    /// The claim on the ledger.
    pub claim_record: Option<ClaimId>,
    /// The offer, sealed to the enterprise.
    pub sealed_offer: Option<Sealed>,
    /// Why.
    #[serde(default)]
    pub reasons: Vec<StatusReason>,
}

/// A financing request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinancingRequest {
    /// Its id.
    pub id: Id<FinancingRequest>,
    /// Who asks.
    pub account: AccountId,
    /// On which document.
    pub document: DocumentId,
    /// And version.
    pub version: u32,
    /// Where it stands.
    pub state: State,
    /// The bank; none until chosen.
    pub approach: Option<Approach>,
    /// Disclosed for matching.
    pub outline: Option<Outline>,
    /// The marketplace's answer.
    pub matches: Option<Vec<Match>>,
    /// The claim's one-time key.
    pub claim_key: Option<PublicKey>,
    /// What the proofs must speak of.
    pub claim_terms: Option<ClaimTerms>,
    /// The claim on the ledger.
    pub claim_record: Option<ClaimId>,
    /// The bank's offer.
    pub offer: Option<Sealed>,
    /// The bank's latest reasons.
    pub reasons: Vec<StatusReason>,
    /// Of the bank's latest report.
    pub bank_sequence: Option<u64>,
    /// When it was made.
    pub created: Timestamp,
    /// When it last changed.
    pub updated: Timestamp,
}

impl FinancingRequest {
    /// Lets an event of the seller or the marketplace happen; true if the request moved.
    ///
    /// # Errors
    /// [`Refusal`] if the event does not belong to the state.
    pub fn apply(&mut self, event: Event, now: Timestamp) -> Result<bool, Refusal> {
        match self.state.apply(event)? {
            Effect::Moved(state) => {
                self.state = state;
                self.updated = now;
                Ok(true)
            }
            Effect::Ignored => Ok(false),
        }
    }

    /// Takes the bank's report; false if it is late. What a report leaves out stays as it was, but reasons are always
    /// the latest ones.
    ///
    /// # Errors
    /// [`Refusal`] if the report does not belong to the state.
    pub fn hear(&mut self, report: BankReport, now: Timestamp) -> Result<bool, Refusal> {
        let late = report.sequence.zip(self.bank_sequence).is_some_and(|(said, known)| said <= known);
        if late || !self.apply(Event::Bank(report.state), now)? {
            return Ok(false);
        }
        self.bank_sequence = report.sequence.or(self.bank_sequence);
        self.claim_key = report.claim_key.or(self.claim_key);
        self.claim_terms = report.claim_terms.or(self.claim_terms.take());
        self.claim_record = report.claim_record.or(self.claim_record);
        self.offer = report.sealed_offer.or(self.offer.take());
        self.reasons = report.reasons;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> FinancingRequest {
        FinancingRequest {
            id: Id::fresh(),
            account: "0192d5e3-7c1e-7000-8000-000000000001".parse().unwrap(),
            document: DocumentId::default(),
            version: 1,
            state: State::Submitted,
            approach: None,
            outline: None,
            matches: None,
            claim_key: None,
            claim_terms: None,
            claim_record: None,
            offer: None,
            reasons: vec![],
            bank_sequence: None,
            created: Timestamp::default(),
            updated: Timestamp::default(),
        }
    }

    fn report(state: BankWord, sequence: u64) -> BankReport {
        BankReport {
            state,
            sequence: Some(sequence),
            claim_key: None,
            claim_terms: None,
            claim_record: None,
            sealed_offer: None,
            reasons: vec![],
        }
    }

    #[test]
    fn reports_count_once_and_in_order() {
        let mut request = request();
        let now = Timestamp::default();
        let terms = ClaimTerms { advance_rate: 8000, expires: now };
        let asked = BankReport { claim_terms: Some(terms.clone()), ..report(BankWord::EvidenceRequested, 2) };
        assert_eq!(request.hear(asked, now), Ok(true));
        assert_eq!(request.hear(report(BankWord::Checking, 1), now), Ok(false));
        assert_eq!(request.apply(Event::EvidenceGiven, now), Ok(true));
        assert_eq!(request.hear(report(BankWord::EvidenceRequested, 2), now), Ok(false));
        assert_eq!(request.state, State::Claiming);

        let why = StatusReason { code: "claims-changed".to_owned(), detail: None };
        let again = BankReport { reasons: vec![why.clone()], ..report(BankWord::EvidenceRequested, 3) };
        assert_eq!(request.hear(again, now), Ok(true));
        assert_eq!((request.state, &request.claim_terms), (State::EvidenceRequested, &Some(terms)));
        assert_eq!(request.reasons, [why]);
    }
}
