//! Reserved fields that are no part of the value: the list of its pointers, and filler.
//!
//! Their names start with `#`, as no JSON Pointer does. Whoever holds the document key opens the list, then every
//! field on it, and takes all remaining leaves for filler, which it opens too: so no leaf is kept from an endorser
//! and shown to a bank.

use serde_json::Value;

use crate::{error::SealingError, pointer::is_pointer};

/// Text of one part of the list at most, so that it takes a middling bucket.
const PART_LENGTH: usize = 3500;

/// The name of part `n` of the list.
pub(crate) fn part_name(n: usize) -> String {
    format!("#directory/{n}")
}

/// The name of filler `n`.
pub(crate) fn filler_name(n: usize) -> String {
    format!("#filler/{n}")
}

/// The list in parts, each a text that holds a JSON array of pointers.
pub(crate) fn write<'a>(pointers: impl IntoIterator<Item = &'a str>) -> Vec<Value> {
    let mut parts: Vec<Vec<&str>> = vec![Vec::new()];
    let mut length = 0;
    for pointer in pointers {
        // Escapes can lengthen a pointer sixfold when written, twice over; the largest bucket still holds that.
        length += pointer.len() + 6;
        match parts.last_mut() {
            Some(part) if length <= PART_LENGTH => part.push(pointer),
            _ => {
                length = pointer.len() + 6;
                parts.push(vec![pointer]);
            }
        }
    }
    parts.into_iter().map(|part| Value::String(Value::from(part).to_string())).collect()
}

/// Reads one part.
pub(crate) fn read(part: &Value) -> Result<Vec<String>, SealingError> {
    let pointers: Option<Vec<String>> = part.as_str().and_then(|text| serde_json::from_str(text).ok());
    pointers.filter(|pointers| pointers.iter().all(|pointer| is_pointer(pointer))).ok_or(SealingError::Structure)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_are_split() {
        let pointers: Vec<String> = (0..500).map(|n| format!("/lines/{n}/netAmount")).collect();
        let parts = write(pointers.iter().map(String::as_str));
        assert!(parts.len() > 1 && parts.iter().all(|part| part.as_str().unwrap().len() < 4000));
        let read: Vec<String> = parts.iter().flat_map(|part| read(part).unwrap()).collect();
        assert_eq!(read, pointers);
        assert_eq!(write([]).len(), 1);
        assert!(super::read(&Value::from("[\"#filler/0\"]")).is_err());
    }
}
