//! Grants reach their reader and nobody else.

use kontor_sealing::{
    EncryptionKey, Envelope, GrantHeader, GrantedKeys, PartySeed, SealedGrant, SealingError, envelope,
};

use crate::setup::{Repeatable, invoice, network};

fn bank() -> EncryptionKey {
    PartySeed::from_bytes(&[4; 32]).encryption()
}

fn grant(pointers: &[&str]) -> (kontor_sealing::Sealed, SealedGrant) {
    let mut network = network();
    let sealed = network.seal(&invoice());
    let keys = if pointers.is_empty() {
        GrantedKeys::Whole(sealed.key.clone())
    } else {
        GrantedKeys::Fields(sealed.document.field_keys(&sealed.key, pointers.iter().copied()).unwrap())
    };
    let header = GrantHeader::new(&sealed.document.header, "financing", Some(1_800_000_000_000), &mut network.rng);
    let grant = SealedGrant::give(header, &keys, &bank().public(), &mut network.rng).unwrap();
    (sealed, grant)
}

#[test]
fn fields_and_whole_documents() {
    let (sealed, grant_of_fields) = grant(&["/grandTotalAmount", "/lines/0/quantity"]);
    let GrantedKeys::Fields(keys) = grant_of_fields.open(&bank()).ok().unwrap() else { panic!("fields were granted") };
    let values: Vec<_> = sealed.document.open_fields(&keys).ok().unwrap().into_iter().map(|f| f.value).collect();
    assert_eq!(values, ["1190.00", "12.5"]);
    let (sealed, whole) = grant(&[]);
    let GrantedKeys::Whole(key) = whole.open(&bank()).ok().unwrap() else { panic!("all was granted") };
    assert_eq!(sealed.document.open_all(&key), Ok(invoice()));
}

#[test]
fn the_header_is_bound() {
    let (_, grant) = grant(&["/grandTotalAmount"]);
    let refused = |change: &dyn Fn(&mut SealedGrant)| {
        let mut changed = grant.clone();
        change(&mut changed);
        changed.open(&bank()).err().unwrap()
    };
    assert_eq!(refused(&|g| g.header.version = 2), SealingError::Envelope);
    assert_eq!(refused(&|g| g.header.expires = None), SealingError::Envelope);
    assert_eq!(refused(&|g| g.header.purpose.push('x')), SealingError::Envelope);
    assert_eq!(refused(&|g| g.header.grantee = kontor_sealing::Hash::default()), SealingError::Envelope);
    assert_eq!(refused(&|g| g.header.purpose.clear()), SealingError::Grant);
    assert_eq!(grant.open(&EncryptionKey::from_bytes(&[1; 32])).err(), Some(SealingError::Envelope));
}

#[test]
fn the_length_tells_little() {
    let length = |pointers: &[&str]| grant(pointers).1.envelope.to_bytes().len();
    assert_eq!(length(&["/grandTotalAmount"]), length(&[]));
    assert_eq!(length(&["/grandTotalAmount"]), length(&["/issueDate", "/invoiceNumber"]));
}

#[test]
fn envelopes_serve_one_purpose() {
    let mut rng = Repeatable::new(2);
    let sealed = envelope::seal_to(&bank().public(), "message", b"context", b"content", &mut rng).unwrap();
    assert_eq!(envelope::open(&bank(), "message", b"context", &sealed).unwrap().as_slice(), b"content");
    for (purpose, context) in [("grant", b"context"), ("message", b"kontext")] {
        assert_eq!(envelope::open(&bank(), purpose, context, &sealed), Err(SealingError::Envelope));
    }
    let bytes = sealed.to_bytes();
    assert_eq!(Envelope::from_bytes(&bytes), Ok(sealed));
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 0x40;
        let opened = Envelope::from_bytes(&changed).and_then(|e| envelope::open(&bank(), "message", b"context", &e));
        assert!(opened.is_err(), "byte {at}");
    }
}

#[test]
fn useless_keys_are_refused() {
    // A point of small order gives everyone the same secret (RFC 7748, 6.1).
    let nobody = kontor_sealing::EncryptionPublicKey::from_bytes([0; 32]);
    let sealed = envelope::seal_to(&nobody, "message", b"", b"content", &mut Repeatable::new(3));
    assert_eq!(sealed, Err(SealingError::EncryptionKey));
}
