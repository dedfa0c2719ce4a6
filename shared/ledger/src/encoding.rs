//! Canonical CBOR (RFC 8949, 4.2.1): one value has one encoding, so that ids and signatures cannot be dodged.

use minicbor::{Decode, Encode};

/// No encoded value of the ledger is larger: a batch's bound.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;

/// Why bytes are not the canonical encoding of a value.
#[derive(Debug, thiserror::Error)]
pub enum EncodingError {
    /// More than [`MAX_BYTES`].
    #[error("{0} bytes are more than the {MAX_BYTES} allowed")]
    TooLarge(usize),
    /// Not an encoding of the expected type.
    #[error("the bytes are not CBOR of the expected shape")]
    Malformed(#[source] minicbor::decode::Error),
    /// Decodes, but the same value has another, canonical, encoding.
    #[error("the encoding is not canonical")]
    NotCanonical,
}

/// The canonical encoding.
pub fn to_cbor<T: Encode<()> + ?Sized>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Writing to a vector cannot fail, and no encoder of ours raises an error of its own.
    let written = minicbor::encode(value, &mut bytes);
    debug_assert!(written.is_ok());
    bytes
}

/// Decodes, and refuses bytes that encoding the result again does not give back: longer integers, indefinite
/// lengths, unknown fields and trailing bytes all end here.
///
/// # Errors
/// Any [`EncodingError`].
pub fn from_cbor<T>(bytes: &[u8]) -> Result<T, EncodingError>
where
    T: for<'b> Decode<'b, ()> + Encode<()>,
{
    if bytes.len() > MAX_BYTES {
        return Err(EncodingError::TooLarge(bytes.len()));
    }
    let value: T = minicbor::decode(bytes).map_err(EncodingError::Malformed)?;
    if to_cbor(&value) == bytes { Ok(value) } else { Err(EncodingError::NotCanonical) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    #[test]
    fn only_the_shortest_form_is_read() {
        assert_eq!(from_cbor::<Timestamp>(&[0x05]).ok(), Some(Timestamp::from_millis(5).unwrap()));
        assert!(matches!(from_cbor::<Timestamp>(&[0x18, 0x05]), Err(EncodingError::NotCanonical)));
        assert!(matches!(from_cbor::<Timestamp>(&[0x05, 0x00]), Err(EncodingError::NotCanonical)));
        assert!(matches!(from_cbor::<Timestamp>(&[0x61, 0x05]), Err(EncodingError::Malformed(_))));
        assert!(matches!(from_cbor::<Timestamp>(&vec![0; MAX_BYTES + 1]), Err(EncodingError::TooLarge(_))));
    }
}
