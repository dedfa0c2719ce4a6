//! What each party could try with a sealed document, and the error it meets.

use kontor_sealing::{DocumentKey, FieldKey, FieldKeys, IndexKey, Sealed, SealedDocument, SealingError};

use crate::setup::{invoice, network};

fn total(sealed: &Sealed) -> FieldKeys {
    sealed.document.field_keys(&sealed.key, ["/grandTotalAmount"]).unwrap()
}

fn refusal(document: &SealedDocument, keys: &FieldKeys) -> SealingError {
    document.open_fields(keys).err().unwrap()
}

fn position(document: &SealedDocument, keys: &FieldKeys) -> usize {
    let id = keys.index_key.leaf_id("/grandTotalAmount");
    document.leaves.iter().position(|leaf| leaf.id == id).unwrap()
}

#[test]
fn no_second_key_opens_a_field() {
    let sealed = network().seal(&invoice());
    let mut keys = total(&sealed);
    keys.fields[0].1 = FieldKey::from_bytes(&[5; 32]);
    assert_eq!(refusal(&sealed.document, &keys), SealingError::KeyCommitment);
    // Another field's true key is as wrong.
    let other = sealed.document.field_keys(&sealed.key, ["/invoiceNumber"]).unwrap();
    keys.fields[0].1 = other.fields[0].1.clone();
    assert_eq!(refusal(&sealed.document, &keys), SealingError::KeyCommitment);
}

#[test]
fn every_part_of_a_leaf_is_checked() {
    let sealed = network().seal(&invoice());
    let keys = total(&sealed);
    let at = position(&sealed.document, &keys);
    let other = (at + 1) % sealed.document.leaves.len();
    let root = sealed.document.check_root().unwrap();
    let changed = |change: &dyn Fn(&mut SealedDocument)| {
        let mut document = sealed.document.clone();
        change(&mut document);
        assert_ne!(document.check_root(), Ok(root), "the anchored root tells");
        refusal(&document, &keys)
    };
    assert_eq!(changed(&|d| d.leaves[at].ciphertext[0] ^= 1), SealingError::Ciphertext);
    assert_eq!(changed(&|d| d.leaves[at].commitment = d.leaves[other].commitment), SealingError::Commitment);
    assert_eq!(changed(&|d| d.leaves[at].key_commitment = d.leaves[other].key_commitment), SealingError::KeyCommitment);
    assert_eq!(changed(&|d| d.leaves[at].ciphertext.truncate(16)), SealingError::Leaves);
    assert_eq!(changed(&|d| d.header.index_key_hash = root), SealingError::WrongKey);
    assert_eq!(changed(&|d| d.header.salt[0] ^= 1), SealingError::DocumentId);
}

#[test]
fn one_pointer_has_one_leaf() {
    let sealed = network().seal(&invoice());
    let mut twice = sealed.document.clone();
    twice.leaves[1] = twice.leaves[0].clone();
    assert_eq!(twice.check_root(), Err(SealingError::Leaves));
    let mut swapped = sealed.document.clone();
    swapped.leaves.swap(0, 1);
    assert_eq!(swapped.check_root(), Err(SealingError::Leaves));
    let mut fewer = sealed.document.clone();
    fewer.leaves.pop();
    assert_eq!(fewer.check_root(), Err(SealingError::Leaves));
    let mut half = sealed.document;
    half.leaves.truncate(8);
    assert_eq!(half.check_root(), Err(SealingError::Leaves));
}

#[test]
fn keys_of_another_document_are_refused() {
    let mut network = network();
    let (one, two) = (network.seal(&invoice()), network.seal(&invoice()));
    assert_eq!(refusal(&one.document, &total(&two)), SealingError::WrongKey);
    assert_eq!(one.document.open_all(&two.key), Err(SealingError::WrongKey));
    assert_eq!(one.document.open_all(&DocumentKey::from_bytes(&[0; 32])), Err(SealingError::WrongKey));
    let mut mixed = total(&one);
    mixed.index_key = IndexKey::from_bytes(&[0; 32]);
    assert_eq!(refusal(&one.document, &mixed), SealingError::WrongKey);
}

#[test]
fn a_granted_key_reveals_its_field_only() {
    let sealed = network().seal(&invoice());
    let keys = total(&sealed);
    let pointers = sealed.document.pointers(&sealed.key).unwrap();
    for pointer in pointers.iter().filter(|pointer| *pointer != "/grandTotalAmount") {
        let tried =
            FieldKeys { index_key: keys.index_key.clone(), fields: vec![(pointer.clone(), keys.fields[0].1.clone())] };
        assert_eq!(refusal(&sealed.document, &tried), SealingError::KeyCommitment);
    }
}

#[test]
fn reserved_names_are_no_fields() {
    let sealed = network().seal(&invoice());
    for name in ["#directory/0", "#filler/0", "/nothing", ""] {
        let missing = SealingError::NoSuchField { pointer: name.to_owned() };
        assert_eq!(sealed.document.field_keys(&sealed.key, [name]).err(), Some(missing.clone()));
        let document = sealed.document.header.document;
        let fields = vec![(name.to_owned(), sealed.key.field_key(&document, 1, name))];
        let keys = FieldKeys { index_key: sealed.key.index_key(), fields };
        assert_eq!(refusal(&sealed.document, &keys), missing);
    }
}

#[test]
fn a_disclosure_stands_alone() {
    let sealed = network().seal(&invoice());
    let root = sealed.document.check_root().unwrap();
    let header = &sealed.document.header;
    let [disclosure] = &sealed.document.disclose(&total(&sealed)).unwrap()[..] else { panic!("one field") };
    assert_eq!(disclosure.open(header, &root).ok().unwrap().value, "1190.00");
    let refused = |change: &dyn Fn(&mut kontor_sealing::Disclosure)| {
        let mut changed = disclosure.clone();
        change(&mut changed);
        changed.open(header, &root).err().unwrap()
    };
    assert_eq!(refused(&|d| d.index ^= 1), SealingError::Root);
    assert_eq!(refused(&|d| d.path.truncate(1)), SealingError::Root);
    assert_eq!(refused(&|d| d.leaf.ciphertext[3] ^= 1), SealingError::Root);
    assert!(matches!(refused(&|d| d.pointer.push('x')), SealingError::NoSuchField { .. }));
    assert_eq!(disclosure.open(header, &header.index_key_hash).err(), Some(SealingError::Root));
}
