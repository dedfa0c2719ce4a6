//! The integer form of a document's leaves: what a sealed leaf's commitment is made to.

use jiff::civil::{Date, date};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde_json::Value;

use crate::document::Schema;
use crate::money::{Currency, Money};

/// Where an invoice and an order carry the grand total, the amount that financing is capped by.
pub const GRAND_TOTAL_POINTER: &str = "/totals/grandTotalAmount";
/// Decimals that quantities, prices and percentages are scaled by in their integer form.
pub const DECIMAL_SCALE: u32 = 6;

/// How a leaf becomes an integer in [0, 2^64).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LeafForm {
    /// An amount of money in whole minor units of a currency.
    Minor {
        /// The currency.
        currency: Currency,
        /// The amount.
        units: u64,
    },
    /// A decimal times ten to the power of `scale`.
    Decimal {
        /// The power of ten.
        scale: u32,
        /// The scaled value.
        units: u64,
    },
    /// A date as days since 1970-01-01.
    Days {
        /// The days.
        days: u64,
    },
    /// An identifier or code: its hash is committed to, good for equality only.
    HashOnly,
}

/// The integer form of the leaf at `pointer` in a document of `schema`, of which `document` is the whole.
///
/// Negative values (a credit note's lines may have some), values out of range and dates before 1970 are
/// [`LeafForm::HashOnly`]: nothing is provable about them but equality. `None` if there is no leaf at the pointer.
pub fn integer_form(schema: Schema, pointer: &str, document: &Value) -> Option<LeafForm> {
    let leaf = document.pointer(pointer)?;
    if leaf.is_object() || leaf.is_array() {
        return None;
    }
    Some(leaf.as_str().and_then(|text| numeric(schema, pointer, text, document)).unwrap_or(LeafForm::HashOnly))
}

fn numeric(schema: Schema, pointer: &str, text: &str, document: &Value) -> Option<LeafForm> {
    if is_amount(pointer) {
        let currency = match schema {
            Schema::Invoice => document.get("invoiceCurrencyCode"),
            Schema::Order => document.get("orderCurrencyCode"),
        };
        let currency = Currency::parse(currency?.as_str()?).ok()?;
        let money = Money::new(text.parse().ok()?, currency).ok()?;
        return Some(LeafForm::Minor { currency, units: money.unsigned_minor_units().ok()? });
    }
    if is_decimal(pointer) {
        let value: Decimal = text.parse().ok()?;
        let mut scaled = value;
        scaled.rescale(DECIMAL_SCALE);
        let exact = scaled == value && scaled.scale() == DECIMAL_SCALE;
        return exact.then_some(LeafForm::Decimal { scale: DECIMAL_SCALE, units: scaled.mantissa().to_u64()? });
    }
    if is_date(pointer) {
        let day: Date = text.parse().ok()?;
        let days = date(1970, 1, 1).until(day).ok()?.get_days();
        return Some(LeafForm::Days { days: u64::try_from(days).ok()? });
    }
    None
}

/// The last name in a pointer, and the one it stands in.
fn names(pointer: &str) -> (&str, &str) {
    let mut names = pointer.rsplit('/').filter(|name| !name.bytes().all(|b| b.is_ascii_digit()));
    let last = names.next().unwrap_or_default();
    (last, names.next().unwrap_or_default())
}

/// True where the schemas have an amount of money (`$defs/amount`).
pub(crate) fn is_amount(pointer: &str) -> bool {
    if pointer.starts_with("/roleProofs/") {
        return false;
    }
    let (name, within) = names(pointer);
    match name {
        "amount" => within == "allowanceCharges",
        "grossAmount" | "discountAmount" => false,
        _ => name.ends_with("Amount"),
    }
}

/// True where the schemas have another decimal (`$defs/decimal`).
fn is_decimal(pointer: &str) -> bool {
    if pointer.starts_with("/roleProofs/") {
        return false;
    }
    let (name, within) = names(pointer);
    match name {
        "value" => within.ends_with("Quantity"),
        "amount" => within == "price",
        "grossAmount" | "discountAmount" | "percentage" => true,
        _ => name.ends_with("Percent"),
    }
}

/// True where the schemas have a date (`$defs/date`).
fn is_date(pointer: &str) -> bool {
    !pointer.starts_with("/roleProofs/") && names(pointer).0.ends_with("Date")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Value {
        serde_json::from_str(include_str!("../../../api-spec/examples/invoice.json")).unwrap()
    }

    #[test]
    fn every_numeric_leaf_has_its_form() {
        let document = example();
        let form = |pointer: &str| integer_form(Schema::Invoice, pointer, &document);
        let currency = Currency::parse("EUR").unwrap();
        assert_eq!(form(GRAND_TOTAL_POINTER), Some(LeafForm::Minor { currency, units: 6_708_000 }));
        assert_eq!(form("/lines/1/allowanceCharges/0/amount"), Some(LeafForm::Minor { currency, units: 25_000 }));
        assert_eq!(form("/lines/1/price/amount"), Some(LeafForm::Decimal { scale: 6, units: 437_500_000 }));
        assert_eq!(form("/lines/1/billedQuantity/value"), Some(LeafForm::Decimal { scale: 6, units: 1_200_000_000 }));
        assert_eq!(form("/issueDate"), Some(LeafForm::Days { days: 20_731 }));
        assert_eq!(form("/invoiceNumber"), Some(LeafForm::HashOnly));
        assert_eq!(form("/seller/identifiers/0/value"), Some(LeafForm::HashOnly));
        assert_eq!(form("/seller"), None);
        assert_eq!(form("/nowhere"), None);
    }

    /// What the code takes for amounts, decimals and dates is what the schemas define as such.
    #[test]
    fn agrees_with_the_schemas() {
        for schema in [Schema::Invoice, Schema::Order] {
            let text: Value = serde_json::from_str(schema.text()).unwrap();
            let definitions: Value = serde_json::from_str(Schema::definitions()).unwrap();
            visit(&text, &text, &definitions, String::new(), &mut |pointer, kind| {
                assert_eq!(is_amount(pointer), kind == "amount", "{pointer} is {kind}");
                assert_eq!(is_decimal(pointer), kind == "decimal", "{pointer} is {kind}");
                assert_eq!(is_date(pointer), kind == "date", "{pointer} is {kind}");
            });
        }
    }

    fn visit(node: &Value, local: &Value, definitions: &Value, pointer: String, check: &mut impl FnMut(&str, &str)) {
        if let Some(reference) = node.get("$ref").and_then(Value::as_str) {
            let name = reference.rsplit('/').next().unwrap();
            let from = if reference.starts_with('#') { local } else { definitions };
            let target = &from["$defs"][name];
            if target["type"] == "string" {
                check(&pointer, name)
            } else {
                visit(target, from, definitions, pointer, check)
            }
        } else if let Some(properties) = node.get("properties").and_then(Value::as_object) {
            for (name, property) in properties {
                visit(property, local, definitions, format!("{pointer}/{name}"), check);
            }
        } else if let Some(items) = node.get("items") {
            visit(items, local, definitions, format!("{pointer}/0"), check);
        }
    }
}
