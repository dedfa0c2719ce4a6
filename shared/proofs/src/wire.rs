//! Bytes of the wire forms.

/// Deterministic CBOR of a value whose encoding cannot fail because it goes to memory.
pub(crate) fn to_cbor<T: minicbor::Encode<()>>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    match minicbor::encode(value, &mut bytes) {
        Ok(()) => bytes,
        Err(_) => unreachable!("writing to memory does not fail, and no value refuses to be encoded"),
    }
}

/// Fixed sizes in JSON: twice as many lower-case hexadecimal digits.
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
