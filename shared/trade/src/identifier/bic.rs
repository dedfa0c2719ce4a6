//! Business identifier code, ISO 9362.

use serde::{Deserialize, Serialize};

use super::{IdentifierError, check_characters, check_length, text_type};

const KIND: &str = "a BIC";

/// A bank's identifier code of eight characters, or eleven with a branch.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Bic(String);
text_type!(Bic);

impl Bic {
    /// Reads a BIC; white space around it and lower case are tolerated. The code has no check digit.
    ///
    /// # Errors
    /// Wrong length or characters.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        let text = text.trim().to_ascii_uppercase();
        if text.chars().count() != 11 {
            check_length(KIND, "8 or 11", 8..=8, &text)?;
        }
        check_characters(KIND, &text, |position, c| match position {
            // ISO 9362:2014 allows digits in the business party prefix; the country is letters.
            4 | 5 => c.is_ascii_uppercase(),
            _ => c.is_ascii_uppercase() || c.is_ascii_digit(),
        })?;
        Ok(Self(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_eight_or_eleven() {
        assert!(Bic::parse("deutdeff").is_ok());
        assert!(Bic::parse("DEUTDEFF500").is_ok());
        assert!(Bic::parse("DEUTDEFF50").is_err());
        assert!(Bic::parse("DEUT1EFF").is_err());
    }
}
