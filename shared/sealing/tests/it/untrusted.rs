//! Bytes from outside: typed errors, never a panic, and no altered byte goes unnoticed.

use kontor_sealing::{Capsule, Envelope, EscrowPublic, PartySeed, SealedDocument, SealedGrant, escrow::Share};
use proptest::prelude::*;

use crate::setup::{invoice, network};

#[test]
fn every_altered_byte_shows() {
    let sealed = network().seal(&invoice());
    let root = sealed.document.check_root().unwrap();
    let bytes = sealed.document.to_bytes();
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1 << (at % 8);
        if let Ok(document) = SealedDocument::from_bytes(&changed) {
            assert_ne!(document.check_root(), Ok(root), "byte {at}");
        }
        assert!(SealedDocument::from_bytes(&bytes[..at]).is_err(), "cut at {at}");
    }
    let longer = [bytes.as_slice(), &[0]].concat();
    assert!(SealedDocument::from_bytes(&longer).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn scattered_damage_never_panics(hits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let sealed = network().seal(&invoice());
        let mut bytes = sealed.document.to_bytes();
        for (at, value) in &hits {
            let at = at.index(bytes.len());
            bytes[at] = *value;
        }
        if let Ok(document) = SealedDocument::from_bytes(&bytes) {
            let same = document == sealed.document;
            let opened = document.open_all(&sealed.key);
            prop_assert!(!same || opened.is_ok());
            prop_assert_eq!(same, document.check_root() == sealed.document.check_root());
        }
    }

    #[test]
    fn noise_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..400), words in ".{0,200}") {
        let _ = SealedDocument::from_bytes(&bytes);
        let _ = Envelope::from_bytes(&bytes);
        let _ = minicbor::decode::<SealedGrant>(&bytes);
        let _ = minicbor::decode::<Capsule>(&bytes);
        if let Ok(escrow) = minicbor::decode::<EscrowPublic>(&bytes) {
            let _ = escrow.check();
        }
        if let Some(share) = bytes.first_chunk() {
            let _ = Share::from_bytes(share);
        }
        prop_assert!(PartySeed::from_words(&words).is_err());
    }
}
