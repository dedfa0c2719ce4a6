//! `import`, `validate` and `identity`, on the examples and on what is broken.

use std::fs;

use crate::setup::{example, json, refused, run, text};

const INVOICES: [&str; 3] = ["invoice-ubl.xml", "invoice-cii.xml", "invoice.json"];

#[test]
fn one_invoice_has_one_identity_in_every_syntax() {
    let identities = INVOICES.map(|name| json(&["identity", &example(name), "--json"]));
    for identity in &identities {
        assert!(identity.as_object().unwrap().keys().eq(["exact", "near-amount", "near-number", "source"]));
        assert_eq!(identity["exact"], identities[0]["exact"]);
        assert_eq!(identity["near-number"], identities[0]["near-number"]);
    }
    let files = INVOICES.map(example);
    let all = json(&["identity", &files[0], &files[1], &files[2], "--json"]);
    assert!(files.iter().zip(&identities).all(|(file, identity)| all[file] == *identity));
    let shown = run(&["identity", &files[0]]).out;
    assert!(shown.contains("near-number") && shown.contains("2026-10-05"), "{shown}");
}

#[test]
fn an_import_gives_the_document_and_says_what_it_left_out() {
    for name in INVOICES {
        let imported = json(&["import", &example(name), "--json"]);
        assert!(imported["document"]["invoiceNumber"].is_string(), "{name}");
        assert!(imported["report"]["unmapped"].is_array() && imported["format"].is_string(), "{name}");
    }
    // What it prints is itself a document.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("again.json");
    fs::write(&path, run(&["import", &example("invoice-cii.xml")]).out).unwrap();
    let again = json(&["identity", &text(path), "--json"]);
    assert_eq!(again, json(&["identity", &example("invoice-cii.xml"), "--json"]));
}

#[test]
fn valid_documents_are_valid_and_arithmetic_is_warned_of() {
    for name in ["invoice.json", "order.json", "invoice-ubl.xml"] {
        let answer = json(&["validate", &example(name), "--json"]);
        assert_eq!((&answer["valid"], &answer["warnings"]), (&true.into(), &serde_json::json!([])), "{name}");
    }
    let folder = tempfile::tempdir().unwrap();
    let mut invoice: serde_json::Value = serde_json::from_slice(&fs::read(example("invoice.json")).unwrap()).unwrap();
    invoice["totals"]["lineTotalAmount"] = "1.00".into();
    let path = folder.path().join("wrong-sum.json");
    fs::write(&path, invoice.to_string()).unwrap();
    let answer = json(&["validate", &text(path), "--json"]);
    assert!(!answer["warnings"].as_array().unwrap().is_empty());
}

#[test]
fn what_is_broken_is_refused_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        text(path)
    };
    let ubl = fs::read_to_string(example("invoice-ubl.xml")).unwrap();
    let mut against: serde_json::Value = serde_json::from_slice(&fs::read(example("invoice.json")).unwrap()).unwrap();
    against["totals"]["grandTotalAmount"] = "a lot".into();
    against["surprise"] = 1.into();
    let broken = [
        file("empty.xml", b""),
        file("cut.xml", &ubl.as_bytes()[..ubl.len() / 2]),
        file("entity.xml", ubl.replacen("<Invoice", "<!DOCTYPE a [<!ENTITY b 'c'>]><Invoice", 1).as_bytes()),
        file("noise.bin", &[0xff, 0, 0xfe, 1, 2, 3]),
        file("other.xml", b"<Other xmlns='urn:other'/>"),
        file("cut.json", b"{\"invoiceNumber\": "),
        file("against.json", against.to_string().as_bytes()),
        file("large.xml", &vec![b' '; kontor_trade::import::MAX_BYTES + 1]),
        text(folder.path().join("missing.xml")),
        text(folder.path().to_owned()),
    ];
    for path in &broken {
        for call in ["import", "validate", "identity"] {
            let line = refused(&[call, path]);
            assert!(line.contains(path.as_str()), "{call}: {line}");
        }
        assert!(run(&["validate", path, "--json"]).out.contains("\"valid\":false"));
    }
    assert!(refused(&["identity", &example("order.json")]).contains("expected an invoice"));
}

#[test]
fn of_several_files_the_good_ones_are_read_all_the_same() {
    let ended = run(&["validate", "/nonexistent", &example("invoice.json"), "--json"]);
    assert!(!ended.ok && ended.out.lines().count() == 2 && ended.err.contains("1 of 2 files failed"), "{}", ended.err);
}
