//! Chunks: CBOR sequences (RFC 8742) of `[key, value]`, each in canonical form, in ascending order of keys.
//!
//! Where a chunk ends follows from its contents alone, so that all nodes cut alike.

use kontor_ledger::encoding::{EncodingError, to_cbor};
use minicbor::{Decoder, bytes::ByteSlice};

use crate::store::State;

/// A pair that would take a chunk beyond this begins the next one.
pub const TARGET_BYTES: usize = 4 << 20;

/// No chunk is larger: one pair alone may exceed [`TARGET_BYTES`].
pub const MAX_BYTES: usize = 16 << 20;

/// Cuts pairs into chunks.
#[derive(Debug)]
pub struct Cutter {
    target: usize,
    bytes: Vec<u8>,
}

impl Default for Cutter {
    fn default() -> Self {
        Self { target: TARGET_BYTES, bytes: Vec::new() }
    }
}

impl Cutter {
    /// Adds a pair; the chunk before it, if that is full.
    pub fn push(&mut self, key: &[u8], value: &[u8]) -> Option<Vec<u8>> {
        let pair = pair(key, value);
        let full = !self.bytes.is_empty() && self.bytes.len().saturating_add(pair.len()) > self.target;
        let before = full.then(|| std::mem::take(&mut self.bytes));
        self.bytes.extend_from_slice(&pair);
        before
    }

    /// The last chunk, unless there is nothing in it.
    pub fn finish(self) -> Option<Vec<u8>> {
        (!self.bytes.is_empty()).then_some(self.bytes)
    }
}

fn pair(key: &[u8], value: &[u8]) -> Vec<u8> {
    to_cbor(&(<&ByteSlice>::from(key), <&ByteSlice>::from(value)))
}

/// The pairs of a chunk.
///
/// # Errors
/// [`EncodingError`] for what [`Cutter`] does not make.
pub fn decode(bytes: &[u8]) -> Result<Vec<State>, EncodingError> {
    if bytes.len() > MAX_BYTES {
        return Err(EncodingError::TooLarge(bytes.len()));
    }
    let mut decoder = Decoder::new(bytes);
    let mut pairs: Vec<State> = Vec::new();
    while decoder.position() < bytes.len() {
        let start = decoder.position();
        let (key, value): (&ByteSlice, &ByteSlice) = decoder.decode().map_err(EncodingError::Malformed)?;
        let ascends = pairs.last().is_none_or(|(last, _)| last.as_slice() < &**key);
        if !ascends || bytes.get(start..decoder.position()) != Some(&pair(key, value)) {
            return Err(EncodingError::NotCanonical);
        }
        pairs.push((key.to_vec(), value.to_vec()));
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn cut(pairs: &[State]) -> Vec<Vec<u8>> {
        let mut cutter = Cutter { target: 64, ..Cutter::default() };
        let mut chunks: Vec<_> = pairs.iter().filter_map(|(key, value)| cutter.push(key, value)).collect();
        chunks.extend(cutter.finish());
        chunks
    }

    #[test]
    fn pairs_come_back_and_none_is_split() {
        let pairs: Vec<State> = (0..40_u8).map(|number| (vec![b'k', number], vec![number; number.into()])).collect();
        let chunks = cut(&pairs);
        assert!(chunks.len() > 10 && chunks.iter().all(|chunk| chunk.len() <= 64));
        let back: Vec<State> = chunks.iter().flat_map(|chunk| decode(chunk).unwrap()).collect();
        assert_eq!(back, pairs);
        let large = [(vec![1], vec![0; 100]), (vec![2], vec![])];
        assert_eq!(cut(&large).len(), 2);
        assert_eq!(cut(&[]), [] as [Vec<u8>; 0]);
    }

    proptest! {
        #[test]
        fn what_is_read_is_what_was_written(bytes in vec(any::<u8>(), 0..64), key in vec(any::<u8>(), 0..4)) {
            for bytes in [bytes.clone(), [pair(&key, &bytes), bytes].concat()] {
                if let Ok(pairs) = decode(&bytes) {
                    let again: Vec<u8> = pairs.iter().flat_map(|(key, value)| pair(key, value)).collect();
                    prop_assert_eq!(again, bytes);
                }
            }
        }
    }

    #[test]
    fn one_encoding_only() {
        assert_eq!(hex::encode(pair(b"k", b"v")), "82416b4176");
        let good = [pair(b"a", b""), pair(b"b", b"1")].concat();
        assert_eq!(decode(&good).unwrap().len(), 2);
        assert!(decode(&good[..good.len() - 1]).is_err());
        let twice = [pair(b"a", b""), pair(b"a", b"1")].concat();
        assert!(matches!(decode(&twice), Err(EncodingError::NotCanonical)));
        // A length in two bytes where one is enough.
        assert!(matches!(decode(&[0x82, 0x58, 0x01, b'k', 0x40]), Err(EncodingError::NotCanonical)));
        assert!(matches!(decode(&vec![0; MAX_BYTES + 1]), Err(EncodingError::TooLarge(_))));
    }
}
