//! What the bank was let in on for one application; at rest only sealed to the bank's own key.

use kontor_ledger::record::Fingerprint;
use kontor_sealing::PublicKey;
use kontor_trade::{Currency, Invoice, Money};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::parties::KnownParty;

/// Everything that was opened.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Opened {
    /// What the seller asks for.
    pub terms: Option<Asked>,
    /// JSON Pointers with values, checked against the anchored root.
    pub fields: Vec<(String, Value)>,
    /// The invoice's facts that the bank works with.
    pub invoice: Option<Facts>,
    /// Who the parties are, as far as proven.
    pub parties: Vec<KnownParty>,
    /// Exact first; empty until evaluated.
    pub fingerprints: Vec<Fingerprint>,
    /// The document's seller role key, which accepts offers.
    pub seller_key: Option<PublicKey>,
}

/// What the seller asks for.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Asked {
    /// In minor units.
    pub amount: u64,
    /// Of the amount.
    pub currency: String,
    /// Basis points of the total for all claims.
    pub advance_rate: u16,
    /// Days until repayment.
    pub tenor_days: u16,
    /// Where the money goes: an IBAN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creditor_account: Option<String>,
    /// The bank that keeps that account: a BIC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creditor_agent: Option<String>,
}

/// The invoice's facts that the bank works with.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Facts {
    /// The seller's number.
    pub number: String,
    /// Day of issue.
    pub issued: jiff::civil::Date,
    /// When it is due, if that was granted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<jiff::civil::Date>,
    /// The grand total in minor units.
    pub total: u64,
    /// Its currency.
    pub currency: Currency,
}

impl Facts {
    /// The facts of an invoice with this total; none for a negative one.
    pub fn of(invoice: &Invoice, total: &Money) -> Option<Self> {
        Some(Self {
            number: invoice.invoice_number.clone(),
            issued: invoice.issue_date,
            due: invoice.due_date,
            total: total.unsigned_minor_units().ok()?,
            currency: total.currency(),
        })
    }
}

/// Minor units as money; none above what 64 signed bits hold.
pub fn money(units: u64, currency: Currency) -> Option<Money> {
    i64::try_from(units).ok().map(|units| Money::from_minor_units(units, currency))
}
