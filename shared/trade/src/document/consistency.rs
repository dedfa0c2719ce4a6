//! From JSON to a document and back: the schema first, then what a schema cannot say.

use rust_decimal::Decimal;
use serde::de::DeserializeOwned;
use serde::{Deserialize as _, Serialize};
use serde_json::Value;

use super::{DocumentError, Schema, Violation};
use crate::leaf;
use crate::money::{Currency, Money};

/// Checks the schema, then reads the type, whose parsers check digits, dates and codes.
pub(super) fn read<T: DeserializeOwned>(schema: Schema, value: &Value) -> Result<T, DocumentError> {
    schema.check(value)?;
    T::deserialize(value).map_err(|error| DocumentError::at(locate(value), error.to_string()))
}

/// Writes the type and checks the schema.
pub(super) fn write<T: Serialize>(schema: Schema, document: &T) -> Result<Value, DocumentError> {
    let value = serde_json::to_value(document).map_err(|error| DocumentError::at("", error.to_string()))?;
    schema.check(&value)?;
    Ok(value)
}

/// Finds the place that a type's parser refused. serde tells no path for values, so identifiers and codes are tried one by one.
fn locate(value: &Value) -> String {
    let mut found = String::new();
    walk("", value, &mut |pointer, leaf| {
        if found.is_empty() && refused(pointer, leaf) {
            found = pointer.to_owned();
        }
    });
    found
}

/// True if a value at such a place is refused by the type that reads it.
fn refused(pointer: &str, value: &Value) -> bool {
    let name = pointer.rsplit('/').next().unwrap_or_default();
    if value.is_object() && value.get("scheme").is_some() {
        return crate::Identifier::deserialize(value).is_err();
    }
    match value.as_str() {
        Some(text) if name.ends_with("CurrencyCode") => Currency::parse(text).is_err(),
        Some(text) if name == "country" || name == "originCountry" => crate::Country::parse(text).is_err(),
        Some(text) if name.ends_with("Date") => text.parse::<jiff::civil::Date>().is_err(),
        _ => false,
    }
}

/// Every amount has at most its currency's decimals and fits minor units of 64 bits.
pub(super) fn check_amounts(value: &Value, currency: Currency) -> Result<(), DocumentError> {
    let mut violations = Vec::new();
    walk("", value, &mut |pointer, leaf| {
        let Some(text) = leaf.as_str() else { return };
        if !leaf::is_amount(pointer) {
            return;
        }
        let fits = text.parse::<Decimal>().ok().map(|amount| Money::new(amount, currency));
        match fits {
            Some(Ok(_)) => {}
            Some(Err(error)) => violations.push(Violation { pointer: pointer.to_owned(), message: error.to_string() }),
            None => violations.push(Violation { pointer: pointer.to_owned(), message: "not a decimal".to_owned() }),
        }
    });
    if violations.is_empty() { Ok(()) } else { Err(DocumentError::Invalid(violations)) }
}

/// Visits a value and everything below it with its JSON Pointer. Depth is bounded by the schema.
fn walk(pointer: &str, value: &Value, visit: &mut impl FnMut(&str, &Value)) {
    // Role proofs are opaque: whatever they hold is the network's business.
    if pointer == "/roleProofs" {
        return;
    }
    visit(pointer, value);
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                // No field name of the schemas needs the escapes of RFC 6901.
                walk(&format!("{pointer}/{name}"), field, visit);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(&format!("{pointer}/{index}"), item, visit);
            }
        }
        _ => {}
    }
}
