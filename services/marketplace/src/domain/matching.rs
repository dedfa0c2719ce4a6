//! Which products fit an outline, why, and in which order: the published rule.
//!
//! A product fits when currency, amount band, tenor and country all fit. Each bank is named once, with its best
//! product. Order: lower indicative rate first (products without one last), then the product published earlier.

use kontor_ledger::member::MemberId;
use serde::{Deserialize, Serialize};

use super::{
    outline::Outline,
    product::{Criteria, Product, ProductId},
};

/// A hard criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Criterion {
    /// The invoice's currency.
    Currency,
    /// The amount's band.
    Amount,
    /// Days until due.
    Tenor,
    /// Where the seller is.
    Country,
}

/// Why a criterion fits or does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Which.
    pub criterion: Criterion,
    /// In words, for both sides.
    pub detail: String,
}

/// The product of a match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatchedProduct {
    /// Its id.
    pub id: ProductId,
    /// Its name.
    pub name: String,
}

/// A product that fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Match {
    /// Whose product.
    pub bank: MemberId,
    /// Which.
    pub product: MatchedProduct,
    /// Why: one for each criterion.
    pub reasons: Vec<Reason>,
}

/// The reasons why `criteria` fit `outline`.
///
/// # Errors
/// The reasons why they do not.
pub fn judge(criteria: &Criteria, outline: &Outline) -> Result<Vec<Reason>, Vec<Reason>> {
    let verdicts = [
        (
            Criterion::Currency,
            criteria.currencies.contains(&outline.currency),
            format!("{} asked; financed: {}", outline.currency, list(&criteria.currencies)),
        ),
        (
            Criterion::Amount,
            (criteria.min_amount..=criteria.max_amount).contains(&outline.amount_band),
            format!("{} asked; financed: {} to {}", outline.amount_band, criteria.min_amount, criteria.max_amount),
        ),
        (
            Criterion::Tenor,
            outline.tenor_days <= criteria.max_tenor_days,
            format!("{} days asked; at most {}", outline.tenor_days, criteria.max_tenor_days),
        ),
        (
            Criterion::Country,
            criteria.countries.is_empty() || criteria.countries.contains(&outline.seller_country),
            match criteria.countries.is_empty() {
                true => format!("seller in {}; any country", outline.seller_country),
                false => format!("seller in {}; from: {}", outline.seller_country, list(&criteria.countries)),
            },
        ),
    ];
    let fits = verdicts.iter().all(|(_, met, _)| *met);
    let reasons = verdicts
        .into_iter()
        .filter(|(_, met, _)| *met == fits)
        .map(|(criterion, _, detail)| Reason { criterion, detail: shortened(detail) })
        .collect();
    if fits { Ok(reasons) } else { Err(reasons) }
}

/// The products of `products` that fit `outline`, one for each bank, best first.
pub fn matches(products: &[Product], outline: &Outline) -> Vec<Match> {
    let mut fitting: Vec<(&Product, Vec<Reason>)> =
        products.iter().filter_map(|product| Some((product, judge(&product.criteria, outline).ok()?))).collect();
    fitting.sort_by_key(|(product, _)| (product.criteria.rate_from.unwrap_or(u16::MAX), product.id));
    let mut found: Vec<Match> = Vec::new();
    for (product, reasons) in fitting {
        if !found.iter().any(|known| known.bank == product.bank) {
            let matched = MatchedProduct { id: product.id, name: product.criteria.name.clone() };
            found.push(Match { bank: product.bank, product: matched, reasons });
        }
    }
    found
}

fn list<T: ToString>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// Long lists of countries are cut to what the API allows.
fn shortened(detail: String) -> String {
    const LIMIT: usize = 200;
    if detail.len() <= LIMIT { detail } else { format!("{} …", detail.chars().take(LIMIT - 2).collect::<String>()) }
}

#[cfg(test)]
mod tests {
    use kontor_ledger::time::Timestamp;
    use uuid::Uuid;

    use super::*;
    use crate::domain::outline::AmountBand;

    fn outline() -> Outline {
        Outline {
            currency: "EUR".parse().unwrap(),
            amount_band: AmountBand::UpTo100k,
            tenor_days: 60,
            seller_country: "DE".parse().unwrap(),
        }
    }

    fn product(number: u128, bank: &str, rate_from: Option<u16>) -> Product {
        Product {
            id: ProductId(Uuid::from_u128(number)),
            bank: bank.parse().unwrap(),
            criteria: Criteria {
                name: format!("Product {number}"),
                currencies: vec!["USD".parse().unwrap(), "EUR".parse().unwrap()],
                min_amount: AmountBand::UpTo10k,
                max_amount: AmountBand::UpTo1m,
                max_tenor_days: 90,
                countries: vec![],
                rate_from,
            },
            created: Timestamp::default(),
        }
    }

    #[test]
    fn every_criterion_must_fit_and_says_why() {
        let criteria = product(1, "AURUDEFF", None).criteria;
        let reasons = judge(&criteria, &outline()).unwrap();
        assert_eq!(reasons.len(), 4);
        assert_eq!(reasons[2].detail, "60 days asked; at most 90");

        let elsewhere = Criteria { countries: vec!["FR".parse().unwrap()], max_tenor_days: 30, ..criteria };
        let reasons = judge(&elsewhere, &outline()).unwrap_err();
        let criterions: Vec<_> = reasons.iter().map(|reason| reason.criterion).collect();
        assert_eq!(criterions, [Criterion::Tenor, Criterion::Country]);
        assert_eq!(reasons[1].detail, "seller in DE; from: FR");
    }

    #[test]
    fn the_ends_of_a_range_belong_to_it() {
        let criteria = product(1, "AURUDEFF", None).criteria;
        for (band, fits) in [(AmountBand::UpTo10k, true), (AmountBand::UpTo1m, true), (AmountBand::UpTo10m, false)] {
            assert_eq!(judge(&criteria, &Outline { amount_band: band, ..outline() }).is_ok(), fits);
        }
        assert!(judge(&criteria, &Outline { tenor_days: 90, ..outline() }).is_ok());
        assert!(judge(&criteria, &Outline { tenor_days: 91, ..outline() }).is_err());
    }

    #[test]
    fn lower_rates_come_first_and_a_bank_once() {
        let products = [
            product(1, "AURUDEFF", None),
            product(2, "BOREFRPP", Some(450)),
            product(3, "CITRNL2A", Some(400)),
            product(4, "AURUDEFF", Some(450)),
        ];
        let found: Vec<_> =
            matches(&products, &outline()).into_iter().map(|m| (m.bank.to_string(), m.product.name)).collect();
        let expected = [("CITRNL2A", "Product 3"), ("BOREFRPP", "Product 2"), ("AURUDEFF", "Product 4")];
        assert_eq!(found, expected.map(|(bank, name)| (bank.to_owned(), name.to_owned())));
    }
}
