//! What only a dishonest sealer, who has all keys, could try.

use serde_json::{Value, json};

use crate::{
    EscrowPublic, IntegerForm, Outline, PartySeed, Sealed, SealingError, directory, escrow,
    keys::secret::FieldKeyring,
    leaf::{self, Leaf},
    plaintext::{Plaintext, canonical},
    seal,
};

fn sealed() -> Sealed {
    let mut rng = rand::rng();
    let [regulator, network] = [1, 1].map(|holders| escrow::deal(1, holders, &mut rng).unwrap().0);
    let escrow = EscrowPublic { regulator, network }.key().unwrap();
    let secret = PartySeed::from_bytes(&[1; 32]).document(&[2; 32]);
    let outline = Outline { schema: "invoice".to_owned(), version: 1, role_keys: vec![] };
    let form = |_: &str, _: &Value| IntegerForm::HashOnly;
    seal(&json!({"total": "100.00"}), form, &secret, outline, &escrow, &mut rng).unwrap()
}

fn forged(sealed: &Sealed, name: &str, value: Value, form: IntegerForm) -> Leaf {
    let header = &sealed.document.header;
    let plaintext = Plaintext { form, arrays: 0, canonical: canonical(&value, name).unwrap(), value };
    let key = FieldKeyring::new(&sealed.key, &header.document, header.version).field_key(name);
    leaf::seal(sealed.key.index_key().leaf_id(name), &key, name, &plaintext, None).unwrap()
}

/// Puts `leaf` in the place of the leaf called `name`.
fn replace(sealed: &mut Sealed, name: &str, leaf: Leaf) {
    let id = sealed.key.index_key().leaf_id(name);
    let at = sealed.document.leaves.iter().position(|leaf| leaf.id == id).unwrap();
    sealed.document.leaves[at] = leaf;
    sealed.document.leaves.sort_unstable_by_key(|leaf| leaf.id);
    sealed.document.check_root().unwrap();
}

#[test]
fn a_field_shown_to_some_only_is_found_by_the_endorser() {
    let mut sealed = sealed();
    let hidden = forged(&sealed, "/hidden", json!("900.00"), IntegerForm::HashOnly);
    replace(&mut sealed, &directory::filler_name(3), hidden);
    // A bank that is granted the field could not tell …
    let keys = sealed.document.field_keys(&sealed.key, ["/hidden"]).unwrap();
    assert!(sealed.document.open_fields(&keys).is_ok());
    // … but the endorser, who holds the document key, refuses.
    assert_eq!(sealed.document.open_all(&sealed.key), Err(SealingError::HiddenLeaf));
}

#[test]
fn listing_a_field_twice_hides_nothing() {
    let mut sealed = sealed();
    let hidden = forged(&sealed, "/hidden", json!("900.00"), IntegerForm::HashOnly);
    replace(&mut sealed, &directory::filler_name(13), hidden);
    let list = forged(&sealed, "#directory/0", json!("[\"/total\",\"/total\"]"), IntegerForm::None);
    replace(&mut sealed, "#directory/0", list);
    assert_eq!(sealed.document.open_all(&sealed.key), Err(SealingError::Structure));
}

#[test]
fn filler_says_nothing() {
    let mut sealed = sealed();
    let speaking = forged(&sealed, &directory::filler_name(3), json!("a message"), IntegerForm::None);
    replace(&mut sealed, &directory::filler_name(3), speaking);
    assert_eq!(sealed.document.open_all(&sealed.key), Err(SealingError::HiddenLeaf));
}

#[test]
fn a_list_of_anything_else_is_refused() {
    for list in [json!(7), json!("{}"), json!("[\"#filler/0\"]"), json!("[1]")] {
        let mut sealed = sealed();
        let list = forged(&sealed, "#directory/0", list, IntegerForm::None);
        replace(&mut sealed, "#directory/0", list);
        assert_eq!(sealed.document.open_all(&sealed.key), Err(SealingError::Structure));
    }
}

#[test]
fn another_form_than_the_schemas_shows() {
    let mut sealed = sealed();
    let inflated = forged(&sealed, "/total", json!("100.00"), IntegerForm::Minor { decimals: 6 });
    replace(&mut sealed, "/total", inflated);
    let fields = sealed.document.open_all_fields(&sealed.key).unwrap_or_default();
    let refused = fields[0].check_form(IntegerForm::Minor { decimals: 2 });
    assert!(matches!(refused, Err(SealingError::IntegerForm { .. })));
    assert_eq!(fields[0].check_form(IntegerForm::Minor { decimals: 6 }), Ok(()));
}
