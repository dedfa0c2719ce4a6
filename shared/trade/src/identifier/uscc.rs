//! Unified social credit code (统一社会信用代码), GB 32100-2015.

use serde::{Deserialize, Serialize};

use super::{IdentifierError, check_characters, check_length, text_type};

const KIND: &str = "a unified social credit code";
/// GB 32100 table 3: digits and capital letters without I, O, S, V, Z; a character's value is its place.
const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
/// GB 32100 section 5.3: the weights 3^(i-1) mod 31 of the first seventeen characters.
const WEIGHTS: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/// A Chinese organisation's code of eighteen characters with a correct check character.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Uscc(String);
text_type!(Uscc);

impl Uscc {
    /// Reads a code; white space around it and lower case are tolerated.
    ///
    /// # Errors
    /// Wrong length, wrong characters, or a check character that does not fit.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        let text = text.trim().to_ascii_uppercase();
        check_length(KIND, "18", 18..=18, &text)?;
        check_characters(KIND, &text, |position, c| {
            // Characters 3 to 8 are the registration authority's division code, which is numeric.
            if (2..8).contains(&position) { c.is_ascii_digit() } else { ALPHABET.contains(c) }
        })?;
        if text.chars().last() == check_character(&text) {
            Ok(Self(text))
        } else {
            Err(IdentifierError::CheckDigit { kind: KIND })
        }
    }
}

/// The check character of the first seventeen characters.
fn check_character(text: &str) -> Option<char> {
    let sum = text.chars().zip(WEIGHTS).try_fold(0u32, |sum, (c, weight)| {
        let value = u32::try_from(ALPHABET.chars().position(|a| a == c)?).ok()?;
        Some(sum + value * weight)
    })?;
    ALPHABET.chars().nth(usize::try_from((31 - sum % 31) % 31).ok()?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn accepts_a_published_one() {
        // Huawei Technologies, and Tsinghua University.
        assert!(Uscc::parse("914403001922038216").is_ok());
        assert!(Uscc::parse("12100000400000624D").is_ok());
        assert_eq!(Uscc::parse("914403001922038217"), Err(IdentifierError::CheckDigit { kind: KIND }));
        assert!(matches!(Uscc::parse("91440300192203821O"), Err(IdentifierError::Character { position: 18, .. })));
    }

    proptest! {
        #[test]
        fn a_wrong_character_is_found(body in "91[0-9]{6}[0-9A-H]{9}", at in 8usize..17, by in 1usize..31) {
            let good = format!("{body}{}", check_character(&body).unwrap());
            prop_assert!(Uscc::parse(&good).is_ok());
            let wrong: String = good.chars().enumerate().map(|(position, c)| {
                let value = ALPHABET.chars().position(|a| a == c).unwrap();
                if position == at { ALPHABET.chars().nth((value + by) % 31).unwrap() } else { c }
            }).collect();
            prop_assert!(Uscc::parse(&wrong).is_err());
        }
    }
}
