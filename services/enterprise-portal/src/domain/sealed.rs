//! What the portal stores of a message between others: an envelope that it cannot open.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use kontor_sealing::Envelope;
use serde::{Deserialize, Serialize};

/// The largest envelope taken, in bytes.
pub const MAX_BYTES: usize = 96 * 1024;

/// Base64 of the canonical CBOR of an [`Envelope`]: ciphertext by its shape, so that nobody stores plain text here
/// by mistake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sealed(String);

/// Why a text is not [`Sealed`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealedError {
    /// Longer than [`MAX_BYTES`] once decoded.
    #[error("an envelope has at most {MAX_BYTES} bytes")]
    TooLarge,
    /// Not base64 with padding.
    #[error("expected base64 with padding")]
    Base64,
    /// Not an envelope's canonical CBOR.
    #[error("expected the canonical CBOR of a sealed envelope")]
    Envelope,
}

impl Sealed {
    /// The base64 text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the database holds; it was checked when it came in.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }
}

impl TryFrom<String> for Sealed {
    type Error = SealedError;

    fn try_from(text: String) -> Result<Self, SealedError> {
        if text.len() > MAX_BYTES.div_ceil(3) * 4 {
            return Err(SealedError::TooLarge);
        }
        let bytes = BASE64_STANDARD.decode(&text).map_err(|_| SealedError::Base64)?;
        Envelope::from_bytes(&bytes).map_err(|_| SealedError::Envelope)?;
        Ok(Self(text))
    }
}

impl From<Sealed> for String {
    fn from(sealed: Sealed) -> Self {
        sealed.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_not_sealed() {
        let plain = BASE64_STANDARD.encode(r#"{"sellerName":"Muster GmbH"}"#);
        assert_eq!(Sealed::try_from(plain), Err(SealedError::Envelope));
        assert_eq!(Sealed::try_from("Muster GmbH".to_owned()), Err(SealedError::Base64));
        assert_eq!(Sealed::try_from("A".repeat(MAX_BYTES * 2)), Err(SealedError::TooLarge));
    }
}
