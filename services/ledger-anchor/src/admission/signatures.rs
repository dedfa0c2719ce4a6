//! Authors' signatures, all of a batch in one equation.
//!
//! ZIP 215, by which [`Record::verify_author`] checks a single one too, makes both give one verdict.
//!
//! [`Record::verify_author`]: kontor_ledger::record::Record::verify_author

use std::collections::{HashMap, hash_map::Entry};

use bytes::Bytes;
use commonware_codec::DecodeExt as _;
use commonware_cryptography::{BatchEntry, BatchVerifier as _, ed25519};
use commonware_parallel::Sequential;
use kontor_ledger::record::{AUTHOR_LABEL, author_message};
use kontor_sealing::{PublicKey, sign::namespace};

use super::AdmittedRecord;
use crate::ordering::engine::engine_key;

struct Signed<'k> {
    key: &'k ed25519::PublicKey,
    message: Vec<u8>,
    signature: ed25519::Signature,
}

/// The place of the first record that its author did not sign.
pub(super) fn first_wrong(records: &[AdmittedRecord]) -> Option<usize> {
    if together(records) == Some(true) {
        return None;
    }
    records.iter().position(|admitted| admitted.record.verify_author(&admitted.id).is_err())
}

/// Whether all are signed; `None` if that cannot be asked of them together.
fn together(records: &[AdmittedRecord]) -> Option<bool> {
    if records.len() < 2 {
        return None;
    }
    let mut keys: HashMap<PublicKey, ed25519::PublicKey> = HashMap::new();
    for admitted in records {
        if let Entry::Vacant(place) = keys.entry(admitted.record.unsigned.author) {
            let key = engine_key(place.key()).filter(|_| !place.key().is_weak())?;
            place.insert(key);
        }
    }
    let signed = records.iter().map(|AdmittedRecord { id, record, .. }| {
        let signature = ed25519::Signature::decode(Bytes::copy_from_slice(record.signature.as_bytes())).ok()?;
        let key = keys.get(&record.unsigned.author)?;
        Some(Signed { key, message: author_message(id, &record.sponsor), signature })
    });
    let signed = signed.collect::<Option<Vec<_>>>()?;
    let namespace = namespace(AUTHOR_LABEL);
    Some(ed25519::PublicKey::verify_batch(
        &mut rand::rng(),
        &signed,
        |_, Signed { key, message, signature }| BatchEntry {
            namespace: &namespace,
            message,
            public_key: key,
            signature,
        },
        &Sequential,
    ))
}

#[cfg(test)]
mod tests {
    use kontor_ledger::record::{Body, Nonce, Unsigned};
    use kontor_sealing::{Hash, Signature, SigningKey, Suite};

    use super::*;

    fn records() -> Vec<AdmittedRecord> {
        let keys = [1, 1, 2, 3, 1].map(|seed| SigningKey::from_seed(&[seed; 32]));
        let signed = (0..).zip(keys).map(|(nonce, key)| {
            let (network, body) = (Hash::default(), Body::AnchorNotarise { digest: Hash::default() });
            let unsigned = Unsigned { network, body, nonce: Nonce(nonce), author: key.public() };
            let record = unsigned.sign(&key, "AURUDEFF".parse().unwrap());
            AdmittedRecord { id: record.id(), record, bytes: Bytes::new() }
        });
        signed.collect()
    }

    #[test]
    fn all_hold_together() {
        assert_eq!(together(&records()), Some(true));
        assert_eq!(first_wrong(&records()), None);
        assert_eq!(first_wrong(&records()[..1]), None);
    }

    #[test]
    fn the_one_that_is_wrong_is_named() {
        for place in 0..5 {
            let mut wrong = records();
            wrong[place].record.signature = wrong[(place + 1) % 5].record.signature;
            assert_eq!(together(&wrong), Some(false));
            assert_eq!(first_wrong(&wrong), Some(place));
            wrong[place].record.signature = Signature::from_bytes([0xff; 64]);
            assert_eq!(first_wrong(&wrong), Some(place));
        }
    }

    /// The neutral element as key, R and s = 0 fit every message under ZIP 215; the key is refused in both ways.
    #[test]
    fn a_key_of_small_order_is_refused() {
        let mut neutral = [0; 32];
        neutral[0] = 1;
        let mut wrong = records();
        wrong[3].record.unsigned.author = PublicKey::from_bytes(Suite::Intl, neutral);
        let mut signature = [0; 64];
        signature[0] = 1;
        wrong[3].record.signature = Signature::from_bytes(signature);
        assert_eq!(first_wrong(&wrong), Some(3));
    }
}
