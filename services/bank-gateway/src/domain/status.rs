//! What the bank tells the portal of an application.

use kontor_ledger::{record::RecordId, time::Timestamp};
use kontor_sealing::PublicKey;
use serde::{Deserialize, Serialize};

use super::{claim::ClaimTerms, verdict::Reason};

/// The body of the portal's `PUT …/status`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Status {
    /// As [`super::application::State::portal_name`].
    pub state: String,
    /// Rises with each status of a request.
    pub sequence: i64,
    /// The one-time key that the seller's proofs are bound to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim_key: Option<PublicKey>,
    /// What the seller's proofs must speak of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim_terms: Option<ToldTerms>,
    /// Why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    /// Sealed to the seller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed_offer: Option<String>,
    /// The reservation's record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim_record: Option<RecordId>,
}

/// Claim terms as the portal passes them on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ToldTerms {
    /// Basis points of the total.
    pub advance_rate: u16,
    /// When the reservation would lapse.
    pub expires: Timestamp,
}

impl From<ClaimTerms> for ToldTerms {
    fn from(terms: ClaimTerms) -> Self {
        Self { advance_rate: terms.advance_rate, expires: terms.expires }
    }
}
