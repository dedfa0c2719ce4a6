//! What stands inside a grant's envelope, padded so that its length tells little of the number of fields.

use minicbor::{Decoder, Encoder};
use zeroize::Zeroizing;

use super::GrantedKeys;
use crate::{
    error::SealingError,
    keys::{DocumentKey, FieldKey, FieldKeys, IndexKey},
    pointer::{MAX_FIELDS, MAX_POINTER_LENGTH, is_pointer},
};

/// The payload is padded with zeros to a power of two, at least this.
const MIN_PADDED: usize = 256;

const WHOLE: u8 = 0;
const FIELDS: u8 = 1;

/// Kind, then for a whole document its key; for fields the index key and each pointer with its key.
pub(super) fn encode(keys: &GrantedKeys) -> Result<Zeroizing<Vec<u8>>, SealingError> {
    // Large enough from the start, so that no copy of the keys stays behind in a smaller buffer.
    let size = match keys {
        GrantedKeys::Whole(_) => 64,
        GrantedKeys::Fields(keys) => {
            let valid = |pointer: &str| is_pointer(pointer) && pointer.len() <= MAX_POINTER_LENGTH;
            if keys.fields.is_empty()
                || keys.fields.len() > MAX_FIELDS
                || !keys.fields.iter().all(|(pointer, _)| valid(pointer))
            {
                return Err(SealingError::Grant);
            }
            64 + keys.fields.iter().map(|(pointer, _)| pointer.len() + 48).sum::<usize>()
        }
    };
    let mut bytes = Zeroizing::new(Vec::with_capacity(size.next_power_of_two().max(MIN_PADDED)));
    write(keys, &mut Encoder::new(&mut *bytes)).map_err(|_| SealingError::Grant)?;
    let padded = bytes.len().next_power_of_two().max(MIN_PADDED);
    bytes.resize(padded, 0);
    Ok(bytes)
}

fn write(
    keys: &GrantedKeys,
    encoder: &mut Encoder<&mut Vec<u8>>,
) -> Result<(), minicbor::encode::Error<core::convert::Infallible>> {
    match keys {
        GrantedKeys::Whole(key) => encoder.u8(WHOLE)?.bytes(key.as_bytes())?,
        GrantedKeys::Fields(keys) => {
            encoder.u8(FIELDS)?.bytes(keys.index_key.as_bytes())?.array(keys.fields.len() as u64)?;
            for (pointer, key) in &keys.fields {
                encoder.str(pointer)?.bytes(key.as_bytes())?;
            }
            encoder
        }
    };
    Ok(())
}

pub(super) fn decode(bytes: &[u8]) -> Result<GrantedKeys, SealingError> {
    let mut decoder = Decoder::new(bytes);
    let keys = read(&mut decoder).ok_or(SealingError::Grant)?;
    let padding = bytes.get(decoder.position()..).unwrap_or_default();
    if padding.iter().any(|byte| *byte != 0) {
        return Err(SealingError::Grant);
    }
    Ok(keys)
}

fn read(decoder: &mut Decoder<'_>) -> Option<GrantedKeys> {
    match decoder.u8().ok()? {
        WHOLE => Some(GrantedKeys::Whole(DocumentKey::from_bytes(key(decoder)?))),
        FIELDS => {
            let index_key = IndexKey::from_bytes(key(decoder)?);
            let count = usize::try_from(decoder.array().ok()??).ok()?;
            if count == 0 || count > MAX_FIELDS {
                return None;
            }
            let mut fields = Vec::with_capacity(count);
            for _ in 0..count {
                let pointer = decoder.str().ok()?;
                if !is_pointer(pointer) || pointer.len() > MAX_POINTER_LENGTH {
                    return None;
                }
                fields.push((pointer.to_owned(), FieldKey::from_bytes(key(decoder)?)));
            }
            Some(GrantedKeys::Fields(FieldKeys { index_key, fields }))
        }
        _ => None,
    }
}

fn key<'b>(decoder: &mut Decoder<'b>) -> Option<&'b [u8; 32]> {
    decoder.bytes().ok()?.try_into().ok()
}
