//! What a seller discloses before it has chosen a bank, and the products that fit it.

use kontor_ledger::member::MemberId;
use kontor_trade::{Country, Currency};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// An amount as coarsely as matching needs it, in major units of its currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum AmountBand {
    /// Up to 10,000.
    #[serde(rename = "up-to-10k")]
    UpTo10k,
    /// Up to 100,000.
    #[serde(rename = "10k-to-100k")]
    UpTo100k,
    /// Up to 1,000,000.
    #[serde(rename = "100k-to-1m")]
    UpTo1m,
    /// Up to 10,000,000.
    #[serde(rename = "1m-to-10m")]
    UpTo10m,
    /// Above that.
    #[serde(rename = "over-10m")]
    Over10m,
}

/// A financing request, coarsely.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Outline {
    /// The invoice's currency.
    pub currency: Currency,
    /// The amount asked for.
    pub amount_band: AmountBand,
    /// Days until the invoice is due.
    pub tenor_days: u16,
    /// Where the seller is.
    pub seller_country: Country,
}

/// A bank's product that fits, as the marketplace found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Match {
    /// Whose product.
    pub bank: MemberId,
    /// Which.
    pub product: MatchedProduct,
    /// Why, criterion by criterion.
    pub reasons: Vec<MatchReason>,
}

/// The product of a match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatchedProduct {
    /// Its id at the marketplace.
    pub id: Uuid,
    /// Its name.
    pub name: String,
}

/// Why a criterion fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatchReason {
    /// Which, as the marketplace names it.
    pub criterion: String,
    /// In words.
    pub detail: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outline_reads_as_documented() {
        let text = r#"{"currency":"EUR","amountBand":"10k-to-100k","tenorDays":60,"sellerCountry":"DE"}"#;
        let outline: Outline = serde_json::from_str(text).unwrap();
        assert_eq!(outline.amount_band, AmountBand::UpTo100k);
        assert_eq!(serde_json::to_string(&outline).unwrap(), text);
        assert!(serde_json::from_str::<Outline>(&text.replace("EUR", "XXX")).is_err());
    }
}
