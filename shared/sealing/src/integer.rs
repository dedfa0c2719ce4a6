//! Integer forms: what a field's commitment is of. The schema fixes the form; sealing applies it.

use curve25519_dalek::Scalar;
use serde_json::Value;

use crate::derive::hash_to_scalar;

/// How a field becomes the number in its commitment. Integers lie in [0, 2^64); negative values are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IntegerForm {
    /// Nothing is ever proven about it; the commitment is of zero.
    None,
    /// Identifiers, currencies, units, texts: a scalar from the canonical value's hash, good for equality only.
    HashOnly,
    /// Money in minor units.
    Minor {
        /// The currency's decimals (ISO 4217).
        decimals: u8,
    },
    /// Quantities, prices, rates: times ten to the power of `scale`.
    Decimal {
        /// The declared power of ten.
        scale: u8,
    },
    /// A date (ISO 8601, `YYYY-MM-DD`) as days since 1970-01-01.
    Days,
}

impl IntegerForm {
    /// Two bytes inside the sealed field, so that the reader knows what the commitment is of.
    pub(crate) const fn code(self) -> [u8; 2] {
        match self {
            Self::None => [0, 0],
            Self::HashOnly => [1, 0],
            Self::Minor { decimals } => [2, decimals],
            Self::Decimal { scale } => [3, scale],
            Self::Days => [4, 0],
        }
    }

    pub(crate) const fn from_code(code: [u8; 2]) -> Option<Self> {
        match code {
            [0, 0] => Some(Self::None),
            [1, 0] => Some(Self::HashOnly),
            [2, decimals] => Some(Self::Minor { decimals }),
            [3, scale] => Some(Self::Decimal { scale }),
            [4, 0] => Some(Self::Days),
            _ => None,
        }
    }

    /// What the commitment of `value` is of; `canonical` is its RFC 8785 form. Errors say what is wrong.
    pub(crate) fn apply(self, value: &Value, canonical: &str) -> Result<Committed, &'static str> {
        match self {
            Self::None => Ok(Committed::Scalar(Scalar::ZERO)),
            Self::HashOnly => Ok(Committed::Scalar(hash_to_scalar("leaf-value", &[canonical.as_bytes()]))),
            Self::Minor { decimals: digits } | Self::Decimal { scale: digits } => {
                scaled(text(value, canonical).ok_or("it is neither a number nor text")?, digits).map(Committed::Integer)
            }
            Self::Days => days(value.as_str().ok_or("it is not text")?)
                .ok_or("it is not a date from 1970 on")
                .map(Committed::Integer),
        }
    }
}

/// What a commitment is of.
pub(crate) enum Committed {
    /// An integer that ranges can be proven about.
    Integer(u64),
    /// A scalar for equality.
    Scalar(Scalar),
}

impl Committed {
    pub(crate) fn scalar(&self) -> Scalar {
        match self {
            Self::Integer(integer) => Scalar::from(*integer),
            Self::Scalar(scalar) => *scalar,
        }
    }

    pub(crate) const fn integer(&self) -> Option<u64> {
        match self {
            Self::Integer(integer) => Some(*integer),
            Self::Scalar(_) => None,
        }
    }
}

fn text<'a>(value: &'a Value, canonical: &'a str) -> Option<&'a str> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(_) => Some(canonical),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A plain decimal number times ten to the power of `digits`.
fn scaled(text: &str, digits: u8) -> Result<u64, &'static str> {
    if text.starts_with('-') {
        return Err("it is negative");
    }
    let (whole, fraction) = match text.split_once('.') {
        Some((_, "")) => return Err("it is not a plain decimal number"),
        Some(parts) => parts,
        None => (text, ""),
    };
    let plain = !whole.is_empty() && (whole == "0" || !whole.starts_with('0'));
    if !plain || !whole.bytes().chain(fraction.bytes()).all(|c| c.is_ascii_digit()) {
        return Err("it is not a plain decimal number");
    }
    let missing = usize::from(digits).checked_sub(fraction.len()).ok_or("it has more decimals than declared")?;
    let zeros = std::iter::repeat_n(b'0', missing);
    whole
        .bytes()
        .chain(fraction.bytes())
        .chain(zeros)
        .try_fold(0_u64, |number, digit| number.checked_mul(10)?.checked_add(u64::from(digit - b'0')))
        .ok_or("it is 2^64 or more")
}

/// Days since 1970-01-01 in the Gregorian calendar.
fn days(text: &str) -> Option<u64> {
    let (year, rest) = text.split_at_checked(4)?;
    let (month, day) = rest.strip_prefix('-')?.split_once('-')?;
    let number = |text: &str, length: usize| {
        let digits = text.len() == length && text.bytes().all(|c| c.is_ascii_digit());
        text.parse::<u64>().ok().filter(|_| digits)
    };
    let (year, month, day) = (number(year, 4)?, number(month, 2)?, number(day, 2)?);
    let leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let february = if leap(year) { 29 } else { 28 };
    let months = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let before = months.get(..usize::try_from(month).ok()?.checked_sub(1)?)?;
    let length = months.get(before.len())?;
    if year < 1970 || day == 0 || day > *length {
        return None;
    }
    let years: u64 = (1970..year).map(|year| if leap(year) { 366 } else { 365 }).sum();
    Some(years + before.iter().sum::<u64>() + day - 1)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn integer(form: IntegerForm, value: Value) -> Result<Option<u64>, &'static str> {
        let canonical = serde_json_canonicalizer::to_string(&value).unwrap();
        form.apply(&value, &canonical).map(|committed| committed.integer())
    }

    #[test]
    fn money_and_decimals() {
        let minor = IntegerForm::Minor { decimals: 2 };
        assert_eq!(integer(minor, json!("1234.50")), Ok(Some(123_450)));
        assert_eq!(integer(minor, json!("1234.5")), Ok(Some(123_450)));
        assert_eq!(integer(minor, json!(1234.5)), Ok(Some(123_450)));
        assert_eq!(integer(minor, json!("0")), Ok(Some(0)));
        assert_eq!(integer(IntegerForm::Decimal { scale: 6 }, json!("0.000001")), Ok(Some(1)));
        let most = IntegerForm::Minor { decimals: 0 };
        assert_eq!(integer(most, json!("18446744073709551615")), Ok(Some(u64::MAX)));
        assert_eq!(integer(most, json!("18446744073709551616")), Err("it is 2^64 or more"));
        assert_eq!(integer(IntegerForm::Minor { decimals: 255 }, json!("1")), Err("it is 2^64 or more"));
        assert_eq!(integer(minor, json!("-1")), Err("it is negative"));
        assert_eq!(integer(minor, json!("1.005")), Err("it has more decimals than declared"));
        for text in ["", ".", "1.", ".5", "01", "+1", "1e3", " 1", "1,5", "١"] {
            assert_eq!(integer(minor, json!(text)), Err("it is not a plain decimal number"), "{text}");
        }
        assert!(integer(minor, json!(null)).is_err());
    }

    #[test]
    fn dates() {
        assert_eq!(integer(IntegerForm::Days, json!("1970-01-01")), Ok(Some(0)));
        assert_eq!(integer(IntegerForm::Days, json!("2000-02-29")), Ok(Some(11_016)));
        assert_eq!(integer(IntegerForm::Days, json!("2026-11-20")), Ok(Some(20_777)));
        for text in [
            "1969-12-31",
            "2023-02-29",
            "1900-02-29",
            "2026-13-01",
            "2026-00-01",
            "2026-1-1",
            "2026-01-00",
            "é026-01-01",
            "",
        ] {
            assert!(integer(IntegerForm::Days, json!(text)).is_err(), "{text}");
        }
    }

    #[test]
    fn texts_commit_to_their_canonical_form() {
        let scalar = |value: Value| {
            let canonical = serde_json_canonicalizer::to_string(&value).unwrap();
            IntegerForm::HashOnly.apply(&value, &canonical).unwrap().scalar()
        };
        assert_eq!(scalar(json!("EUR")), scalar(json!("EUR")));
        assert_ne!(scalar(json!("EUR")), scalar(json!("USD")));
        assert_ne!(scalar(json!("1")), scalar(json!(1)));
    }

    #[test]
    fn codes_round_trip() {
        for form in [
            IntegerForm::None,
            IntegerForm::HashOnly,
            IntegerForm::Minor { decimals: 2 },
            IntegerForm::Decimal { scale: 4 },
            IntegerForm::Days,
        ] {
            assert_eq!(IntegerForm::from_code(form.code()), Some(form));
        }
        assert_eq!(IntegerForm::from_code([4, 1]), None);
        assert_eq!(IntegerForm::from_code([9, 0]), None);
    }
}
