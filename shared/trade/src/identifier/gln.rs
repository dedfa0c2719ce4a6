//! Global location number, GS1.

use serde::{Deserialize, Serialize};

use super::{IdentifierError, check_characters, check_length, text_type};

const KIND: &str = "a GLN";

/// A location or party number of thirteen digits with a correct check digit.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Gln(String);
text_type!(Gln);

impl Gln {
    /// Reads a GLN.
    ///
    /// # Errors
    /// Wrong length, a character that is no digit, or a check digit that does not fit.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        let text = text.trim().to_owned();
        check_length(KIND, "13", 13..=13, &text)?;
        check_characters(KIND, &text, |_, c| c.is_ascii_digit())?;
        // GS1 General Specifications 7.9: weights 1 and 3 alternate, the sum is a multiple of ten.
        let sum: u32 =
            text.chars().filter_map(|c| c.to_digit(10)).zip([1, 3].into_iter().cycle()).map(|(d, w)| d * w).sum();
        if sum.is_multiple_of(10) { Ok(Self(text)) } else { Err(IdentifierError::CheckDigit { kind: KIND }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_the_digit() {
        assert!(Gln::parse("4012345000009").is_ok());
        assert!(Gln::parse("4012345000008").is_err());
        assert!(Gln::parse("987654321").is_err());
    }
}
