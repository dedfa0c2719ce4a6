//! Identifiers of parties, banks and countries, parsed into types that cannot hold a wrong check digit.

mod bic;
mod country;
mod gln;
mod iban;
mod lei;
mod mod97;
mod scheme;
mod uscc;

pub use bic::Bic;
pub use country::Country;
pub use gln::Gln;
pub use iban::Iban;
pub use lei::Lei;
pub use scheme::{Identifier, Scheme};
pub use uscc::Uscc;

/// Why a text is not the identifier it was offered as.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentifierError {
    /// Too short or too long.
    #[error("{kind} has {expected} characters, this has {found}")]
    Length {
        /// Which identifier was expected.
        kind: &'static str,
        /// The permitted lengths.
        expected: &'static str,
        /// Characters found.
        found: usize,
    },
    /// A character that the identifier does not allow where it stands.
    #[error("{kind} does not allow the character at position {position}")]
    Character {
        /// Which identifier was expected.
        kind: &'static str,
        /// One-based position of the character.
        position: usize,
    },
    /// The check digits do not fit the rest.
    #[error("{kind} has wrong check digits")]
    CheckDigit {
        /// Which identifier was expected.
        kind: &'static str,
    },
    /// Well-formed, but not in the published list.
    #[error("{kind} is not in {list}")]
    Unlisted {
        /// Which identifier was expected.
        kind: &'static str,
        /// The list that was consulted.
        list: &'static str,
    },
    /// Nothing but white space, or longer than any identifier is.
    #[error("an identifier has 1 to {max} characters", max = scheme::MAX_LENGTH)]
    Text,
}

/// Gives a checked text type its display, parsing and JSON, all through its one `parse`.
macro_rules! text_type {
    ($name:ident) => {
        impl $name {
            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl std::str::FromStr for $name {
            type Err = $crate::identifier::IdentifierError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }
        impl TryFrom<String> for $name {
            type Error = $crate::identifier::IdentifierError;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text)
            }
        }
        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }
    };
}
pub(crate) use text_type;

/// Refuses a length outside `range`, naming the identifier.
fn check_length(
    kind: &'static str,
    expected: &'static str,
    range: std::ops::RangeInclusive<usize>,
    text: &str,
) -> Result<(), IdentifierError> {
    let found = text.chars().count();
    if range.contains(&found) { Ok(()) } else { Err(IdentifierError::Length { kind, expected, found }) }
}

/// Refuses the first character (by position) for which `allowed` says no.
fn check_characters(
    kind: &'static str,
    text: &str,
    allowed: impl Fn(usize, char) -> bool,
) -> Result<(), IdentifierError> {
    match text.chars().enumerate().find(|(position, c)| !allowed(*position, *c)) {
        Some((position, _)) => Err(IdentifierError::Character { kind, position: position + 1 }),
        None => Ok(()),
    }
}
