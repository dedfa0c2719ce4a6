//! Legal entity identifier, ISO 17442.

use serde::{Deserialize, Serialize};

use super::{IdentifierError, check_characters, check_length, mod97, text_type};

const KIND: &str = "a LEI";

/// A legal entity identifier with correct check digits: 18 letters or digits and two check digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Lei(String);
text_type!(Lei);

impl Lei {
    /// Reads a LEI; white space around it and lower case are tolerated.
    ///
    /// # Errors
    /// Wrong length, wrong characters, or check digits that do not fit.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        let text = text.trim().to_ascii_uppercase();
        check_length(KIND, "20", 20..=20, &text)?;
        check_characters(KIND, &text, |position, c| {
            if position < 18 { c.is_ascii_uppercase() || c.is_ascii_digit() } else { c.is_ascii_digit() }
        })?;
        match mod97::remainder(text.chars()) {
            Some(1) => Ok(Self(text)),
            _ => Err(IdentifierError::CheckDigit { kind: KIND }),
        }
    }

    /// Completes eighteen characters with their check digits; how made-up examples get a valid LEI.
    ///
    /// # Errors
    /// Wrong length or characters.
    pub fn with_check_digits(body: &str) -> Result<Self, IdentifierError> {
        let body = body.trim().to_ascii_uppercase();
        check_length(KIND, "18 and two check digits", 18..=18, &body)?;
        check_characters(KIND, &body, |_, c| c.is_ascii_uppercase() || c.is_ascii_digit())?;
        let remainder =
            mod97::remainder(body.chars().chain("00".chars())).ok_or(IdentifierError::CheckDigit { kind: KIND })?;
        Self::parse(&format!("{body}{:02}", 98 - remainder))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn accepts_published_ones() {
        // Apple, Deutsche Bank, GLEIF itself.
        for lei in ["HWUPKR0MPOU8FGXBT394", "7LTWFZYICNSX8D621K86", "506700GE1G29325QX363"] {
            assert_eq!(Lei::parse(lei).map(String::from), Ok(lei.to_owned()));
        }
    }

    #[test]
    fn says_what_is_wrong() {
        assert_eq!(Lei::parse("HWUPKR0MPOU8FGXBT395"), Err(IdentifierError::CheckDigit { kind: KIND }));
        assert!(matches!(Lei::parse("HWUP"), Err(IdentifierError::Length { found: 4, .. })));
        assert!(matches!(Lei::parse("HWUPKR0MPOU8FGXBT3X4"), Err(IdentifierError::Character { position: 19, .. })));
    }

    proptest! {
        #[test]
        fn one_wrong_character_is_found(body in "[0-9A-Z]{18}", at in 0usize..18, by in 1u32..36) {
            let good = Lei::with_check_digits(&body).unwrap();
            let wrong: String = good.as_str().chars().enumerate().map(|(position, c)| {
                if position == at { char::from_digit((c.to_digit(36).unwrap() + by) % 36, 36).unwrap().to_ascii_uppercase() } else { c }
            }).collect();
            // MOD 97-10 sees every single substitution except a digit swapped for the letter with the same remainder.
            if let Ok(other) = Lei::parse(&wrong) { prop_assert_ne!(other.as_str(), good.as_str()); }
        }

        #[test]
        fn never_panics(text in ".{0,40}") { let _ = Lei::parse(&text); }
    }
}
