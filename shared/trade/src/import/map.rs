//! From an element's text to a value: shared by the mappings of every XML syntax.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::report::{ImportReport, Warning};
use super::tree::Node;
use super::{ImportError, printable};
use crate::document::Quantity;
use crate::identifier::Country;
use crate::money::{Currency, Money};

/// Reads values and keeps the report.
#[derive(Default)]
pub(super) struct Mapper {
    pub(super) report: ImportReport,
}

impl Mapper {
    pub(super) fn warn(&mut self, node: Node, message: impl Into<String>) {
        self.report.warn(Warning { line: Some(node.line()), path: node.path(), message: message.into() });
    }

    /// The required text down a path.
    pub(super) fn required<'a>(&self, node: Node<'a>, path: &'static str) -> Result<Node<'a>, ImportError> {
        let found = node.at(path).filter(|found| found.text().is_some());
        found.ok_or_else(|| ImportError::Missing { line: node.line(), path: node.path(), name: path })
    }

    /// A decimal. Figures are never guessed: one that cannot be read fails the import.
    pub(super) fn decimal(&self, node: Node) -> Result<Option<Decimal>, ImportError> {
        let Some(text) = node.text() else { return Ok(None) };
        let digits = text.strip_prefix('+').unwrap_or(text);
        // XML Schema's decimal: no exponent, no grouping.
        let plain = digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-'));
        let decimal = plain.then(|| Decimal::from_str_exact(digits).ok()).flatten();
        match decimal {
            Some(decimal) => Ok(Some(decimal)),
            None => Err(value_error(node, "not a decimal number")),
        }
    }

    /// The decimal down a path, without trailing zeros.
    pub(super) fn decimal_at<'a>(&mut self, node: Node<'a>, path: &'a str) -> Result<Option<Decimal>, ImportError> {
        let Some(found) = node.at(path) else { return Ok(None) };
        let Some(decimal) = self.decimal(found)? else { return Ok(None) };
        let kept = decimal.round_dp(10);
        if kept != decimal {
            self.warn(found, "has more than ten decimals and was rounded");
        }
        Ok(Some(kept.normalize()))
    }

    /// An amount of money, with the decimals of its currency.
    pub(super) fn amount(&mut self, node: Node, currency: Currency) -> Result<Option<Decimal>, ImportError> {
        let Some(decimal) = self.decimal(node)? else { return Ok(None) };
        if node.attribute("currencyID").is_some_and(|code| Currency::parse(code) != Ok(currency)) {
            self.warn(node, format!("is not in {currency}, the document's currency; taken as such"));
        }
        let (money, changed) =
            Money::rounded(decimal, currency).map_err(|error| value_error(node, &error.to_string()))?;
        if changed {
            self.warn(node, format!("has more decimals than {currency} and was rounded"));
        }
        // A schema's decimal has no negative zero.
        let amount = money.amount();
        Ok(Some(if amount.is_zero() { amount.abs() } else { amount }))
    }

    /// The amount down a path.
    pub(super) fn amount_at<'a>(
        &mut self,
        node: Node<'a>,
        path: &'a str,
        currency: Currency,
    ) -> Result<Option<Decimal>, ImportError> {
        node.at(path).map_or(Ok(None), |found| self.amount(found, currency))
    }

    /// The amount down a path that an invoice cannot be without.
    pub(super) fn required_amount(
        &mut self,
        node: Node,
        path: &'static str,
        currency: Currency,
    ) -> Result<Decimal, ImportError> {
        let found = self.required(node, path)?;
        self.amount(found, currency)?.ok_or_else(|| value_error(found, "not a decimal number"))
    }

    /// Of several amounts, as the total tax may stand in two currencies: the one in the document's.
    pub(super) fn in_currency<'a>(nodes: impl Iterator<Item = Node<'a>>, currency: Currency) -> Option<Node<'a>> {
        let mut first = None;
        for node in nodes {
            match node.attribute("currencyID") {
                Some(code) if Currency::parse(code) == Ok(currency) => return Some(node),
                Some(_) => {}
                None => first = first.or(Some(node)),
            }
        }
        first
    }

    /// A quantity with its unit.
    pub(super) fn quantity<'a>(&mut self, node: Node<'a>, path: &'a str) -> Result<Option<Quantity>, ImportError> {
        let Some(value) = self.decimal_at(node, path)? else { return Ok(None) };
        let unit = node.at(path).and_then(|found| found.attribute("unitCode"));
        Ok(Some(Quantity { value, unit_code: unit.map(|unit| unit.chars().take(10).collect()) }))
    }

    /// A currency down a path; an unknown one fails the import.
    pub(super) fn currency_at<'a>(&self, node: Node<'a>, path: &'a str) -> Result<Option<Currency>, ImportError> {
        let Some(found) = node.at(path) else { return Ok(None) };
        let Some(text) = found.text() else { return Ok(None) };
        Currency::parse(text).map(Some).map_err(|error| value_error(found, &error.to_string()))
    }

    /// A country down a path; an unknown one is left out.
    pub(super) fn country_at<'a>(&mut self, node: Node<'a>, path: &'a str) -> Option<Country> {
        let found = node.at(path)?;
        match Country::parse(found.text()?) {
            Ok(country) => Some(country),
            Err(error) => {
                self.warn(found, format!("{error}; left out"));
                None
            }
        }
    }

    /// A date that may be left out if it cannot be read.
    pub(super) fn optional_date(&mut self, node: Option<Node>) -> Option<Date> {
        let node = node?;
        let text = node.text()?;
        let date = parse_date(text, node.attribute("format"));
        if date.is_none() {
            self.warn(node, "not a date that can be read; left out");
        }
        date
    }

    /// A date that may not be left out.
    pub(super) fn date(&self, node: Node) -> Result<Date, ImportError> {
        let date = node.text().and_then(|text| parse_date(text, node.attribute("format")));
        date.ok_or_else(|| value_error(node, "not a date"))
    }

    /// Invoice type: UNTDID 1001, or what national and old UBL profiles put there.
    pub(super) fn type_code(&mut self, node: Option<Node>, default: &str) -> String {
        let Some(node) = node else { return default.to_owned() };
        match node.text() {
            // National lists number from 01; UNTDID 1001 has no code for invoices below 80.
            Some(code) if code.parse::<u16>().is_ok_and(|code| (80..1000).contains(&code)) => code.to_owned(),
            Some(code) => {
                self.warn(node, format!("{} is not of UNTDID 1001; taken as {default}", printable(code)));
                default.to_owned()
            }
            None => default.to_owned(),
        }
    }
}

/// The text down a path, owned.
pub(super) fn text<'a>(node: Node<'a>, path: &'a str) -> Option<String> {
    node.text_at(path).map(str::to_owned)
}

/// A value error at an element.
pub(super) fn value_error(node: Node, message: &str) -> ImportError {
    ImportError::Value { line: node.line(), path: node.path(), message: message.to_owned() }
}

/// A day, in ISO 8601 with or without time and zone, or in one of UNTDID 2379's compact formats.
fn parse_date(text: &str, format: Option<&str>) -> Option<Date> {
    match format {
        // 102 CCYYMMDD, 203 CCYYMMDDHHMM, 204 CCYYMMDDHHMMSS
        Some("102" | "203" | "204") => compact(text),
        Some(_) => None,
        None => iso(text).or_else(|| compact(text)),
    }
}

fn compact(text: &str) -> Option<Date> {
    if !matches!(text.len(), 8 | 12 | 14) || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Date::new(text.get(0..4)?.parse().ok()?, text.get(4..6)?.parse().ok()?, text.get(6..8)?.parse().ok()?).ok()
}

fn iso(text: &str) -> Option<Date> {
    let day = text.get(0..10)?;
    let rest = text.get(10..)?;
    let shaped = day.bytes().enumerate().all(|(i, b)| if matches!(i, 4 | 7) { b == b'-' } else { b.is_ascii_digit() });
    // The day as written; a zone does not move it.
    (shaped && matches!(rest.chars().next(), None | Some('T' | 'Z' | '+' | '-'))).then(|| day.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_every_dress() {
        let day = Some(jiff::civil::date(2016, 4, 4));
        for (text, format) in [
            ("2016-04-04", None),
            ("2016-04-04Z", None),
            ("2016-04-04+02:00", None),
            ("2016-04-04T23:59:59-11:00", None),
            ("20160404", Some("102")),
            ("20160404", None),
            ("201604041200", Some("203")),
        ] {
            assert_eq!(parse_date(text, format), day, "{text}");
        }
        for (text, format) in [("2016-13-01", None), ("2016-02-30", None), ("4.4.2016", None), ("201604", Some("610"))]
        {
            assert_eq!(parse_date(text, format), None, "{text}");
        }
    }
}
