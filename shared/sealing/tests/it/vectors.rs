//! Frozen vectors: what is sealed today must open and hash the same for good. A change here is a new version of
//! every label, never a change of the file.

use kontor_sealing::{GrantHeader, GrantedKeys, PartySeed, Role, SealedDocument, SealedGrant, SealingError};
use serde_json::{Value, json};

use crate::setup::{Repeatable, form, invoice, network, outline, seller};

const FROZEN: &str = include_str!("../../testdata/sealing-v1.json");

fn recompute() -> Result<Value, SealingError> {
    let mut network = network();
    let seed = seller();
    let secret = seed.document(&[9; 32]);
    let sealed =
        kontor_sealing::seal(&invoice(), form, &secret, outline(1), &network.escrow.key()?, &mut Repeatable::new(42))?;
    let document = &sealed.document;
    let keys = document.field_keys(&sealed.key, ["/grandTotalAmount"])?;
    let header = GrantHeader::new(&document.header, "financing", Some(1_800_000_000_000), &mut network.rng);
    let reader = PartySeed::from_bytes(&[4; 32]).encryption();
    let grant = SealedGrant::give(header, &GrantedKeys::Fields(keys.clone()), &reader.public(), &mut network.rng)?;
    let opened = &document.open_fields(&keys)?[0];
    Ok(json!({
        "seed": hex::encode(seed.to_bytes().as_slice()),
        "words": seed.words().as_str(),
        "identity": seed.identity().public(),
        "encryption": seed.encryption().public(),
        "buyerRoleKey": seed.role(&secret.id(), Role::Buyer).public(),
        "documentId": secret.id(),
        "documentKey": hex::encode(sealed.key.as_bytes()),
        "indexKey": hex::encode(sealed.key.index_key().as_bytes()),
        "escrow": network.escrow,
        "escrowKey": hex::encode(network.escrow.key()?.as_bytes()),
        "invoice": invoice(),
        "field": {
            "pointer": opened.pointer,
            "key": hex::encode(keys.fields[0].1.as_bytes()),
            "blinding": hex::encode(opened.scalar_opening().1.as_bytes()),
            "proof": opened.proof,
        },
        "document": document,
        "root": document.check_root()?,
        "attachment": document.attachment_digest(),
        "reader": hex::encode(reader.to_bytes().as_slice()),
        "grant": grant,
    }))
}

#[test]
fn nothing_has_changed() {
    let computed = recompute().unwrap();
    if std::env::var_os("KONTOR_WRITE_VECTORS").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/sealing-v1.json");
        std::fs::write(path, format!("{computed:#}\n")).unwrap();
        return;
    }
    let frozen: Value = serde_json::from_str(FROZEN).unwrap();
    for (name, value) in frozen.as_object().unwrap() {
        assert_eq!(computed.get(name), Some(value), "{name}");
    }
    assert_eq!(computed.as_object().unwrap().len(), frozen.as_object().unwrap().len());
}

#[test]
fn the_frozen_document_opens() {
    let frozen: Value = serde_json::from_str(FROZEN).unwrap();
    let document: SealedDocument = serde_json::from_value(frozen["document"].clone()).unwrap();
    let key = seller().document(&document.header.salt).key_of(&document.header).unwrap();
    assert_eq!(document.open_all(&key).unwrap(), frozen["invoice"]);
    let grant: SealedGrant = serde_json::from_value(frozen["grant"].clone()).unwrap();
    let GrantedKeys::Fields(keys) = grant.open(&PartySeed::from_bytes(&[4; 32]).encryption()).ok().unwrap() else {
        panic!("a field was granted")
    };
    assert_eq!(document.open_fields(&keys).ok().unwrap()[0].value, "1190.00");
}
