//! How byte strings appear in JSON: fixed sizes as hexadecimal digits, variable ones as base64 (RFC 4648, 4).

/// Fixed sizes: twice as many lower-case hexadecimal digits.
pub(crate) mod fixed {
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(crate) fn serialize<S: Serializer, const N: usize>(bytes: &[u8; N], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>, const N: usize>(deserializer: D) -> Result<[u8; N], D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut bytes = [0; N];
        hex::decode_to_slice(text, &mut bytes)
            .map_err(|_| de::Error::custom(format_args!("expected {} hexadecimal digits", 2 * N)))?;
        Ok(bytes)
    }
}

/// Variable sizes: base64 with padding.
pub(crate) mod variable {
    use base64::{Engine as _, prelude::BASE64_STANDARD};
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64_STANDARD.encode(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        BASE64_STANDARD.decode(text).map_err(|_| de::Error::custom("expected base64 with padding"))
    }
}

/// Deterministic CBOR (RFC 8949, 4.2.1) of a value whose encoding cannot fail because it goes to memory.
pub(crate) fn to_cbor<T: minicbor::Encode<()>>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    match minicbor::encode(value, &mut bytes) {
        Ok(()) => bytes,
        Err(_) => unreachable!("writing to memory does not fail, and no value refuses to be encoded"),
    }
}

/// Reads what [`to_cbor`] wrote and nothing else: longer, indefinite or reordered forms are refused.
pub(crate) fn from_cbor<T>(bytes: &[u8]) -> Option<T>
where
    T: minicbor::Encode<()> + for<'b> minicbor::Decode<'b, ()>,
{
    let value = minicbor::decode::<T>(bytes).ok()?;
    (to_cbor(&value) == bytes).then_some(value)
}
