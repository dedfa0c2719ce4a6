//! What is encrypted for one field: form, shape, pointer and canonical value (RFC 8785), padded to a listed bucket.

use serde_json::Value;
use zeroize::Zeroizing;

use crate::{error::SealingError, integer::IntegerForm};

/// Lengths that a padded field may have: what an outsider learns of a value's length.
pub(crate) const BUCKETS: [usize; 8] = [128, 256, 512, 1024, 2048, 4096, 16384, 65536];

/// What AES-GCM adds to a bucket.
pub(crate) const TAG: usize = 16;

/// Form (2), shape (4), length of pointer (2), length of value (4).
const FIXED: usize = 12;

/// What a field's plaintext says.
pub(crate) struct Plaintext {
    pub(crate) form: IntegerForm,
    pub(crate) arrays: u32,
    pub(crate) value: Value,
    /// RFC 8785 form of the value.
    pub(crate) canonical: Zeroizing<String>,
}

/// The RFC 8785 form of a leaf. Numbers that double precision would round are refused rather than changed.
pub(crate) fn canonical(value: &Value, pointer: &str) -> Result<Zeroizing<String>, SealingError> {
    let inexact = || SealingError::InexactNumber { pointer: pointer.to_owned() };
    if let Value::Number(number) = value {
        /// RFC 7493, 2.2
        const EXACT: u64 = (1 << 53) - 1;
        let integer = number.as_u64().or_else(|| number.as_i64().map(i64::unsigned_abs));
        if integer.is_some_and(|integer| integer > EXACT) {
            return Err(inexact());
        }
    }
    let text = serde_json_canonicalizer::to_string(value).map(Zeroizing::new).map_err(|_| inexact())?;
    // The JSON parser may miss the last digit of a fraction; what would not read back the same is not written.
    let again = |text: &str| serde_json_canonicalizer::to_string(&serde_json::from_str::<Value>(text).ok()?).ok();
    if value.is_number() && again(&text).as_deref() != Some(text.as_str()) {
        return Err(inexact());
    }
    Ok(text)
}

/// Writes a field, padded to `bucket` or, if that is too small or none is given, to the first that holds it.
pub(crate) fn encode(
    plaintext: &Plaintext,
    pointer: &str,
    bucket: Option<usize>,
) -> Result<Zeroizing<Vec<u8>>, SealingError> {
    let too_large = || SealingError::TooLarge("field");
    let value = plaintext.canonical.as_bytes();
    let length = FIXED + pointer.len() + value.len();
    let least = bucket.unwrap_or(0).max(length);
    let bucket = BUCKETS.into_iter().find(|bucket| *bucket >= least).ok_or_else(too_large)?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(bucket + TAG));
    bytes.extend_from_slice(&plaintext.form.code());
    bytes.extend_from_slice(&plaintext.arrays.to_be_bytes());
    bytes.extend_from_slice(&u16::try_from(pointer.len()).map_err(|_| too_large())?.to_be_bytes());
    bytes.extend_from_slice(pointer.as_bytes());
    bytes.extend_from_slice(&u32::try_from(value.len()).map_err(|_| too_large())?.to_be_bytes());
    bytes.extend_from_slice(value);
    bytes.resize(bucket, 0);
    Ok(bytes)
}

/// Reads a field of `pointer`; refuses whatever an honest sealer does not write.
pub(crate) fn decode(bytes: &[u8], pointer: &str) -> Result<Plaintext, SealingError> {
    read(bytes, pointer).ok_or(SealingError::Plaintext)
}

fn read(bytes: &[u8], pointer: &str) -> Option<Plaintext> {
    BUCKETS.contains(&bytes.len()).then_some(())?;
    let (form, rest) = bytes.split_first_chunk::<2>()?;
    let (arrays, rest) = rest.split_first_chunk::<4>()?;
    let (length, rest) = rest.split_first_chunk::<2>()?;
    let (own, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let (value, padding) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
    if own != pointer.as_bytes() || padding.iter().any(|byte| *byte != 0) {
        return None;
    }
    let canonical_text = Zeroizing::new(std::str::from_utf8(value).ok()?.to_owned());
    let value: Value = serde_json::from_str(&canonical_text).ok()?;
    let leaf = match &value {
        Value::Object(members) => members.is_empty(),
        Value::Array(elements) => elements.is_empty(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    };
    if !leaf || *canonical(&value, pointer).ok()? != *canonical_text {
        return None;
    }
    Some(Plaintext {
        form: IntegerForm::from_code(*form)?,
        arrays: u32::from_be_bytes(*arrays),
        value,
        canonical: canonical_text,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn plaintext(value: Value) -> Plaintext {
        let canonical = canonical(&value, "").unwrap();
        Plaintext { form: IntegerForm::HashOnly, arrays: 1, value, canonical }
    }

    #[test]
    fn lengths_hide_in_buckets() {
        for (length, bucket) in [(0, 128), (1, 128), (110, 128), (113, 128), (114, 256), (65_000, 65_536)] {
            let bytes = encode(&plaintext(json!("x".repeat(length))), "/", None).unwrap();
            assert_eq!(bytes.len(), bucket, "{length}");
            assert_eq!(decode(&bytes, "/").unwrap().value, json!("x".repeat(length)));
            assert!(decode(&bytes, "/other").is_err());
        }
        assert!(encode(&plaintext(json!("x".repeat(65_536))), "/", None).is_err());
        assert_eq!(encode(&plaintext(json!(1)), "/", Some(512)).unwrap().len(), 512);
    }

    #[test]
    fn anything_but_the_canonical_form_is_refused() {
        let bytes = encode(&plaintext(json!("a")), "/x", None).unwrap();
        let text = |from: usize, to: &[u8]| {
            let mut bytes = bytes.to_vec();
            bytes[from..from + to.len()].copy_from_slice(to);
            decode(&bytes, "/x").is_err()
        };
        assert!(text(14, b"   "), "no value");
        assert!(text(127, b"\x01"), "padding");
        assert!(text(0, b"\x09"), "form");
        assert!(text(6, b"\xff\xff"), "length");
        assert!(text(14, b"\xff"), "UTF-8");
        assert!(decode(&bytes[..127], "/x").is_err(), "bucket");
        for value in ["1.0", "[1]", "{\"a\":1}", "\"\\u0061\"", "9007199254740993"] {
            let written = Plaintext { canonical: Zeroizing::new(value.to_owned()), ..plaintext(json!(0)) };
            assert!(decode(&encode(&written, "/x", None).unwrap(), "/x").is_err(), "{value}");
        }
    }

    #[test]
    fn numbers_are_never_rounded() {
        assert!(canonical(&json!(9_007_199_254_740_991_u64), "/a").is_ok());
        let pointer = "/a".to_owned();
        assert_eq!(
            canonical(&json!(9_007_199_254_740_992_u64), "/a").err(),
            Some(SealingError::InexactNumber { pointer: pointer.clone() })
        );
        assert_eq!(canonical(&json!(i64::MIN), "/a").err(), Some(SealingError::InexactNumber { pointer }));
    }
}
