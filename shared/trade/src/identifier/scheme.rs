//! Identifiers that name their scheme, as documents carry them.

use serde::{Deserialize, Serialize};

use super::{Bic, Gln, IdentifierError, Lei, Uscc, check_characters, check_length};

/// No identifier of any scheme in use is longer.
pub(super) const MAX_LENGTH: usize = 200;

/// The scheme that issued an identifier.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Scheme {
    /// Legal entity identifier, ISO 17442; checked.
    Lei,
    /// Unified social credit code, GB 32100; checked.
    Uscc,
    /// Business identifier code, ISO 9362; checked.
    Bic,
    /// VAT registration (EN 16931 BT-31, BT-48).
    Vat,
    /// Other tax registration (BT-32).
    Tax,
    /// Entry in a legal register (BT-30, BT-47).
    Registration,
    /// Global location number; checked.
    Gln,
    /// Data Universal Numbering System, nine digits; checked for length.
    Duns,
    /// Assigned by the other party of the document, meaningless elsewhere.
    Assigned,
    /// Any other scheme by its own code, usually of ISO 6523.
    Other(String),
}

impl Scheme {
    /// The name used in JSON.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Lei => "LEI",
            Self::Uscc => "USCC",
            Self::Bic => "BIC",
            Self::Vat => "VAT",
            Self::Tax => "TAX",
            Self::Registration => "REGISTRATION",
            Self::Gln => "GLN",
            Self::Duns => "DUNS",
            Self::Assigned => "ASSIGNED",
            Self::Other(code) => code,
        }
    }

    /// The ISO 6523 code, where the scheme has one.
    pub fn iso6523(&self) -> Option<&str> {
        match self {
            Self::Lei => Some("0199"),
            Self::Gln => Some("0088"),
            Self::Duns => Some("0060"),
            Self::Other(code) if code.len() == 4 && code.bytes().all(|b| b.is_ascii_digit()) => Some(code),
            _ => None,
        }
    }
}

impl From<String> for Scheme {
    fn from(name: String) -> Self {
        match name.as_str() {
            "LEI" => Self::Lei,
            "USCC" => Self::Uscc,
            "BIC" => Self::Bic,
            "VAT" => Self::Vat,
            "TAX" => Self::Tax,
            "REGISTRATION" => Self::Registration,
            "GLN" => Self::Gln,
            "DUNS" => Self::Duns,
            "ASSIGNED" => Self::Assigned,
            _ => Self::Other(name),
        }
    }
}

impl From<Scheme> for String {
    fn from(scheme: Scheme) -> Self {
        scheme.as_str().to_owned()
    }
}

/// An identifier together with its scheme; where the scheme has check digits, they are right.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "Raw")]
pub struct Identifier {
    scheme: Scheme,
    value: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    scheme: Scheme,
    value: String,
}

impl TryFrom<Raw> for Identifier {
    type Error = IdentifierError;
    fn try_from(raw: Raw) -> Result<Self, Self::Error> {
        Self::new(raw.scheme, &raw.value)
    }
}

impl Identifier {
    /// An identifier of the given scheme.
    ///
    /// # Errors
    /// The value is empty or too long, or not what the scheme demands.
    pub fn new(scheme: Scheme, value: &str) -> Result<Self, IdentifierError> {
        let value = match &scheme {
            Scheme::Lei => Lei::parse(value)?.into(),
            Scheme::Uscc => Uscc::parse(value)?.into(),
            Scheme::Bic => Bic::parse(value)?.into(),
            Scheme::Gln => Gln::parse(value)?.into(),
            Scheme::Duns => parse_duns(value)?,
            Scheme::Vat | Scheme::Tax | Scheme::Registration | Scheme::Assigned | Scheme::Other(_) => {
                value.trim().to_owned()
            }
        };
        let fits = |text: &str| !text.is_empty() && text.chars().count() <= MAX_LENGTH;
        if fits(&value) && fits(scheme.as_str()) { Ok(Self { scheme, value }) } else { Err(IdentifierError::Text) }
    }

    /// Who issued it.
    pub fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    /// The identifier itself.
    pub fn value(&self) -> &str {
        &self.value
    }
}

fn parse_duns(text: &str) -> Result<String, IdentifierError> {
    let digits: String = text.chars().filter(|c| *c != '-' && !c.is_whitespace()).collect();
    check_length("a DUNS number", "9", 9..=9, &digits)?;
    check_characters("a DUNS number", &digits, |_, c| c.is_ascii_digit())?;
    Ok(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_what_the_scheme_checks() {
        assert!(Identifier::new(Scheme::Lei, "529900T8BM49AURSDO55").is_ok());
        assert!(Identifier::new(Scheme::Lei, "529900T8BM49AURSDO56").is_err());
        assert!(Identifier::new(Scheme::Vat, "DE 123456789").is_ok());
        assert!(Identifier::new(Scheme::Vat, "  ").is_err());
    }

    #[test]
    fn json_is_checked_too() {
        let good = r#"{"scheme":"GLN","value":"4012345000009"}"#;
        let identifier: Identifier = serde_json::from_str(good).unwrap();
        assert_eq!(serde_json::to_string(&identifier).unwrap(), good);
        assert!(serde_json::from_str::<Identifier>(r#"{"scheme":"GLN","value":"1"}"#).is_err());
    }
}
