//! International bank account number, ISO 13616.

use serde::{Deserialize, Serialize};

use super::{IdentifierError, check_characters, check_length, mod97, text_type};

const KIND: &str = "an IBAN";

/// An account number with correct check digits, in its electronic form without spaces.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Iban(String);
text_type!(Iban);

impl Iban {
    /// Reads an IBAN, printed in groups or not.
    ///
    /// # Errors
    /// Wrong length, wrong characters, or check digits that do not fit.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        let text: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_uppercase();
        check_length(KIND, "15 to 34", 15..=34, &text)?;
        check_characters(KIND, &text, |position, c| match position {
            0 | 1 => c.is_ascii_uppercase(),
            2 | 3 => c.is_ascii_digit(),
            _ => c.is_ascii_uppercase() || c.is_ascii_digit(),
        })?;
        match mod97::remainder(text.chars().skip(4).chain(text.chars().take(4))) {
            Some(1) => Ok(Self(text)),
            _ => Err(IdentifierError::CheckDigit { kind: KIND }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_the_digits() {
        assert_eq!(Iban::parse("DE89 3704 0044 0532 0130 00").unwrap().as_str(), "DE89370400440532013000");
        assert!(Iban::parse("DE88370400440532013000").is_err());
        assert!(Iban::parse("GB29NWBK60161331926819").is_ok());
    }
}
