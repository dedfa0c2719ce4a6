//! `kontor ca`: an authority by its files, from an offline root to a revocation list.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use kontor_chassis::ca::{Crl, details};
use serde_json::Value;

use crate::setup::{json, refused, run, text};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_certificate_from_request_to_revocation() {
    let temporary = tempfile::tempdir().unwrap();
    let path = |name: &str| temporary.path().join(name);
    let (ca, tls) = (text(path("ca")), text(path("tls")));

    let told = run(&["ca", "init", "Kontor test", "--ca", &ca]);
    assert!(told.ok && told.out.contains("safe place") && told.out.contains("root.key"), "{}", told.err);
    assert!(refused(&["ca", "init", "Kontor test", "--ca", &ca]).contains("already"));
    for key in ["root.key", "intermediate.key"] {
        assert_eq!(mode(&path("ca").join(key)), 0o600, "{key}");
    }
    // The root's key is not needed for anything but the intermediate.
    fs::rename(path("ca").join("root.key"), path("root.key")).unwrap();

    let whom = ["--member", "AURUDEFF", "--service", "bank-gateway"];
    let request = [&["ca", "request"], &whom[..], &["--host", "gateway.example", "--out", &tls, "--json"]].concat();
    let made = json(&request);
    let csr = made["csr"].as_str().unwrap();
    assert_eq!(mode(&path("tls").join("tls.key")), 0o600);
    assert!(refused(&request).contains("exists"));

    let chain = text(path("tls").join("tls.pem"));
    let issue = |member, days| {
        let fixed = ["ca", "issue", csr, "--service", "bank-gateway", "--out", &chain, "--ca", &ca, "--json"];
        [&fixed[..], &["--member", member, "--days", days]].concat()
    };
    assert!(refused(&issue("BOREFRPP", "90")).contains("AURUDEFF's bank-gateway"));
    assert!(refused(&issue("AURUDEFF", "0")).contains("--days"));
    let issued = json(&issue("AURUDEFF", "90"));
    let serial = issued["serial"].as_str().unwrap();
    assert_eq!(issued["names"], serde_json::json!(["gateway.example"]));

    let listed = json(&["ca", "list", "--ca", &ca, "--json"]);
    assert_eq!((listed[0]["serial"].as_str(), &listed[0]["revoked"]), (Some(serial), &Value::Null));

    assert!(refused(&["ca", "renew-intermediate", "--ca", &ca]).contains("root.key"));
    let root = text(path("root.key"));
    json(&["ca", "renew-intermediate", "--ca", &ca, "--root-key", &root, "--json"]);

    let strange = "4".repeat(32);
    assert!(refused(&["ca", "revoke", &strange, "--ca", &ca]).contains(&strange));
    let revoked = json(&["ca", "revoke", serial, "--reason", "superseded", "--ca", &ca, "--json"]);
    let out = text(path("list.der"));
    let shown = json(&["ca", "crl", "--ca", &ca, "--out", &out, "--json"]);
    assert_eq!(shown["revoked"], serde_json::json!([serial]));
    assert!(shown["number"].as_u64() > revoked["crl"].as_u64());
    let issuer = fs::read_to_string(path("ca").join("intermediate.pem")).unwrap();
    let crl = Crl::read(&fs::read(&out).unwrap(), &details::leaf(&issuer).unwrap()).unwrap();
    assert!(crl.lists(serial));
    let listed = json(&["ca", "list", "--ca", &ca, "--json"]);
    assert_eq!(listed[0]["revoked"], "revoked (4)");
}

#[test]
fn every_call_shows_an_example() {
    for call in ["init", "request", "issue", "renew-intermediate", "revoke", "list", "crl"] {
        let help = run(&["ca", call, "--help"]);
        assert!(help.ok && help.out.contains(&format!("Example: kontor ca {call}")), "{}", help.out);
    }
    let bad = run(&["ca", "revoke", &"4".repeat(32), "--reason", "because"]);
    assert!(!bad.ok && bad.err.contains("key-compromise"), "{}", bad.err);
}
