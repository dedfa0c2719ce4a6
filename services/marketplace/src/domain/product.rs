//! A bank's product: what it finances, as hard criteria.

use std::fmt;

use kontor_ledger::{member::MemberId, time::Timestamp};
use kontor_trade::{Country, Currency};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::outline::AmountBand;

/// A product's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProductId(pub Uuid);

impl fmt::Display for ProductId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a product finances.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Criteria {
    /// The product's name.
    pub name: String,
    /// Invoices in these.
    pub currencies: Vec<Currency>,
    /// From this band.
    pub min_amount: AmountBand,
    /// To this band.
    pub max_amount: AmountBand,
    /// At most this many days until due.
    pub max_tenor_days: u16,
    /// Sellers from these; empty for anywhere.
    pub countries: Vec<Country>,
    /// Indicative yearly rate from, in basis points; ranks matches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_from: Option<u16>,
}

/// Why criteria cannot be published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CriteriaError {
    /// Nothing lies between the two.
    #[error("minAmount is above maxAmount")]
    EmptyRange,
}

impl Criteria {
    /// Checks what a schema cannot say.
    ///
    /// # Errors
    /// [`CriteriaError::EmptyRange`].
    pub fn check(self) -> Result<Self, CriteriaError> {
        if self.min_amount > self.max_amount { Err(CriteriaError::EmptyRange) } else { Ok(self) }
    }
}

/// A published product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Its id; ids rise with time.
    pub id: ProductId,
    /// Whose it is.
    pub bank: MemberId,
    /// What it finances.
    pub criteria: Criteria,
    /// When it was published.
    pub created: Timestamp,
}
