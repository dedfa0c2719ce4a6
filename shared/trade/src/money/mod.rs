//! Money: a decimal with its currency and that currency's number of decimals, never a float.

mod currency;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};

pub use currency::{Currency, CurrencyError};

/// Why an amount is not money.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// More decimals than the currency has.
    #[error("{currency} has {decimals} decimals")]
    Decimals {
        /// The amount's currency.
        currency: Currency,
        /// How many decimals it has.
        decimals: u32,
    },
    /// Too large for whole minor units, or for a sum.
    #[error("the amount is too large")]
    Overflow,
    /// Two currencies in one operation.
    #[error("amounts in {0} and {1} cannot be combined")]
    Mixed(Currency, Currency),
}

/// An amount in a currency, with exactly the currency's number of decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Raw", into = "Raw")]
pub struct Money {
    amount: Decimal,
    currency: Currency,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    amount: Decimal,
    currency: Currency,
}

impl TryFrom<Raw> for Money {
    type Error = MoneyError;
    fn try_from(raw: Raw) -> Result<Self, MoneyError> {
        Self::new(raw.amount, raw.currency)
    }
}

impl From<Money> for Raw {
    fn from(money: Money) -> Self {
        Self { amount: money.amount, currency: money.currency }
    }
}

impl Money {
    /// An amount whose decimals fit the currency.
    ///
    /// # Errors
    /// The amount has more decimals than the currency, or is out of range for minor units of 64 bits.
    pub fn new(amount: Decimal, currency: Currency) -> Result<Self, MoneyError> {
        let decimals = currency.decimals();
        let mut rescaled = amount;
        rescaled.rescale(decimals);
        if rescaled.scale() != decimals {
            return Err(MoneyError::Overflow);
        }
        if rescaled != amount {
            return Err(MoneyError::Decimals { currency, decimals });
        }
        let money = Self { amount: rescaled, currency };
        money.minor_units().map(|_| money)
    }

    /// An amount rounded half away from zero to the currency's decimals; true if that changed it.
    ///
    /// # Errors
    /// The amount is out of range.
    pub fn rounded(amount: Decimal, currency: Currency) -> Result<(Self, bool), MoneyError> {
        let strategy = rust_decimal::RoundingStrategy::MidpointAwayFromZero;
        let rounded = amount.round_dp_with_strategy(currency.decimals(), strategy);
        Ok((Self::new(rounded, currency)?, rounded != amount))
    }

    /// An amount given in whole minor units (cents for EUR).
    pub fn from_minor_units(units: i64, currency: Currency) -> Self {
        Self { amount: Decimal::new(units, currency.decimals()), currency }
    }

    /// The amount as a decimal.
    pub fn amount(&self) -> Decimal {
        self.amount
    }

    /// The currency.
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// The amount in whole minor units.
    ///
    /// # Errors
    /// Out of range for 64 bits; cannot happen to money that was made by this type.
    pub fn minor_units(&self) -> Result<i64, MoneyError> {
        i64::try_from(self.amount.mantissa()).map_err(|_| MoneyError::Overflow)
    }

    /// The amount in whole minor units, for what may not be negative.
    ///
    /// # Errors
    /// The amount is negative.
    pub fn unsigned_minor_units(&self) -> Result<u64, MoneyError> {
        self.amount.mantissa().to_u64().ok_or(MoneyError::Overflow)
    }

    /// The sum of two amounts of one currency.
    ///
    /// # Errors
    /// Two currencies, or a sum out of range.
    pub fn add(&self, other: &Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::Mixed(self.currency, other.currency));
        }
        Self::new(self.amount.checked_add(other.amount).ok_or(MoneyError::Overflow)?, self.currency)
    }
}

impl std::fmt::Display for Money {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.amount, self.currency)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn money(text: &str, currency: &str) -> Result<Money, MoneyError> {
        Money::new(text.parse().unwrap(), currency.parse().unwrap())
    }

    #[test]
    fn has_the_currencys_decimals() {
        assert_eq!(money("336.9", "EUR").unwrap().to_string(), "336.90 EUR");
        assert_eq!(money("336.9", "EUR").unwrap().minor_units(), Ok(33690));
        assert_eq!(money("1000.00", "JPY").unwrap().minor_units(), Ok(1000));
        assert_eq!(money("1.234", "KWD").unwrap().minor_units(), Ok(1234));
        assert!(money("1.001", "EUR").is_err());
        assert!(money("-1", "EUR").unwrap().unsigned_minor_units().is_err());
    }

    #[test]
    fn refuses_what_does_not_fit() {
        assert_eq!(money("92233720368547758.08", "EUR"), Err(MoneyError::Overflow));
        assert!(money("92233720368547758.07", "EUR").is_ok());
        assert!(money("79228162514264337593543950335", "EUR").is_err());
        assert!(money("1", "EUR").unwrap().add(&money("1", "USD").unwrap()).is_err());
    }

    proptest! {
        #[test]
        fn minor_units_come_back(units in any::<i64>()) {
            let money = Money::from_minor_units(units, "EUR".parse().unwrap());
            prop_assert_eq!(money.minor_units(), Ok(units));
            prop_assert_eq!(Money::new(money.amount(), money.currency()), Ok(money));
        }

        #[test]
        fn any_decimal_is_answered(mantissa in any::<i64>(), scale in 0u32..20) {
            let _ = Money::new(Decimal::new(mantissa, scale), "EUR".parse().unwrap());
            let _ = Money::rounded(Decimal::new(mantissa, scale), "JPY".parse().unwrap());
        }
    }
}
