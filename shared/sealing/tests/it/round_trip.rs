//! What is sealed opens again, for any JSON value.

use kontor_sealing::{SealedDocument, SealingError};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::setup::{invoice, network, seller};

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-(1_i64 << 53) + 1..1 << 53).prop_map(Value::from),
        (-1e12..1e12).prop_map(|number: f64| Value::from((number * 8.0).round() / 8.0)),
        ".{0,40}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map("[a-z~/0-9\\\\\"é#]{0,6}", inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// RFC 8785 knows one kind of number: 1.0 comes back as 1.
fn canonical(value: &Value) -> String {
    serde_json_canonicalizer::to_string(value).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_value_comes_back(value in any_json()) {
        let mut network = network();
        let form = |_: &str, _: &Value| kontor_sealing::IntegerForm::HashOnly;
        let secret = seller().document(&[9; 32]);
        let escrow = network.escrow.key().unwrap();
        let sealed =
            kontor_sealing::seal(&value, form, &secret, crate::setup::outline(1), &escrow, &mut network.rng).unwrap();
        let bytes = sealed.document.to_bytes();
        let document = SealedDocument::from_bytes(&bytes).unwrap();
        prop_assert_eq!(&document, &sealed.document);
        let text = serde_json::to_string(&document).unwrap();
        prop_assert_eq!(&serde_json::from_str::<SealedDocument>(&text).unwrap(), &document);
        prop_assert_eq!(canonical(&document.open_all(&sealed.key).unwrap()), canonical(&value));
        // Each field alone, by its own key.
        let pointers = document.pointers(&sealed.key).unwrap();
        let keys = document.field_keys(&sealed.key, pointers.iter().map(String::as_str)).unwrap();
        let root = document.check_root().unwrap();
        for field in document.open_fields(&keys).unwrap() {
            prop_assert_eq!(Some(canonical(&field.value)), value.pointer(&field.pointer).map(canonical));
            prop_assert_eq!(field.proof.check(&document.header, &root), Ok(()));
        }
    }
}

#[test]
fn the_ledger_and_the_words_are_enough() {
    let sealed = network().seal(&invoice());
    let again = kontor_sealing::PartySeed::from_words(&seller().words()).unwrap();
    let header = &sealed.document.header;
    let key = again.document(&header.salt).key_of(header).unwrap();
    assert_eq!(sealed.document.open_all(&key), Ok(invoice()));
    let stranger = kontor_sealing::PartySeed::from_bytes(&[8; 32]);
    assert_eq!(stranger.document(&header.salt).key_of(header).err(), Some(SealingError::WrongKey));
}

#[test]
fn two_sealings_share_nothing() {
    let mut network = network();
    let (one, two) = (network.seal(&invoice()).document, network.seal(&invoice()).document);
    assert_eq!(one.header.document, two.header.document);
    for leaf in &one.leaves {
        assert!(two.leaves.iter().all(|other| {
            leaf.id != other.id
                && leaf.key_commitment != other.key_commitment
                && leaf.ciphertext != other.ciphertext
                && leaf.commitment != other.commitment
        }));
    }
}

#[test]
fn commitments_open_to_integer_forms() {
    let sealed = network().seal(&invoice());
    let fields = sealed.document.open_all_fields(&sealed.key).unwrap();
    let integer = |pointer: &str| {
        let field = fields.iter().find(|field| field.pointer == pointer).unwrap();
        if let Some(opening) = &field.opening {
            assert_eq!(opening.commitment(), field.proof.leaf.commitment);
        }
        let (value, blinding) = field.scalar_opening();
        assert_eq!(kontor_sealing::Commitment::commit_scalar(value, blinding), field.proof.leaf.commitment);
        field.opening.as_ref().map(|opening| opening.value)
    };
    assert_eq!(integer("/grandTotalAmount"), Some(119_000));
    assert_eq!(integer("/lines/0/quantity"), Some(125_000));
    assert_eq!(integer("/lines/1/quantity"), Some(30_000));
    assert_eq!(integer("/issueDate"), Some(20_777));
    assert_eq!(integer("/invoiceCurrencyCode"), None);
    assert_eq!(integer("/notes/0/content"), None);
}

#[test]
fn what_cannot_be_sealed_says_why() {
    let mut network = network();
    let escrow = network.escrow.key().unwrap();
    let secret = seller().document(&[9; 32]);
    let mut refusal = |value: &Value, outline| {
        kontor_sealing::seal(value, crate::setup::form, &secret, outline, &escrow, &mut network.rng).err().unwrap()
    };
    let outline = crate::setup::outline;
    let negative = refusal(&json!({"grandTotalAmount": "-1.00"}), outline(1));
    let pointer = "/grandTotalAmount".to_owned();
    assert_eq!(negative, SealingError::IntegerForm { pointer, reason: "it is negative" });
    let rounded = refusal(&json!({"a": u64::MAX}), outline(1));
    assert_eq!(rounded, SealingError::InexactNumber { pointer: "/a".to_owned() });
    assert_eq!(refusal(&json!({"a": "x".repeat(70_000)}), outline(1)), SealingError::TooLarge("field"));
    assert_eq!(refusal(&invoice(), outline(0)), SealingError::Header);
    let mut twice = outline(1);
    twice.role_keys.extend(outline(1).role_keys);
    assert_eq!(refusal(&invoice(), twice), SealingError::Header);
    let mut unnamed = outline(1);
    unnamed.schema = "Invoice!".to_owned();
    assert_eq!(refusal(&invoice(), unnamed), SealingError::Header);
}
