//! Nobody but the document's readers has its fields: what the network wrote is searched for them.

use std::{fs, path::Path, process::Command};

use serde_json::Value;

use crate::demo::demo;

/// Texts of the invoice that stand nowhere else by accident: the shortest are its amounts.
fn telling(value: &Value, found: &mut Vec<String>) {
    /// A member's own code.
    const BANK: &str = "AURUDEFF";

    match value {
        Value::String(text) => {
            // A log of today may name today.
            let today = jiff::Zoned::now().date().to_string();
            if text.len() >= 7 && *text != BANK && *text != today {
                found.push(text.clone());
            }
        }
        Value::Array(items) => items.iter().for_each(|item| telling(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| telling(field, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The files below `folder` that hold one of the texts, whatever its case.
fn search(folder: &Path, wanted: &[String]) -> String {
    let patterns = folder.with_extension("patterns");
    fs::write(&patterns, wanted.join("\n")).unwrap();
    let found = Command::new("grep").args(["-rliaF", "-f"]).arg(&patterns).arg(folder).output().unwrap();
    assert!(matches!(found.status.code(), Some(0 | 1)), "grep: {}", String::from_utf8_lossy(&found.stderr));
    String::from_utf8_lossy(&found.stdout).into_owned()
}

#[test]
fn nothing_that_the_network_wrote_shows_a_field() {
    let state = tempfile::tempdir().unwrap();
    let network = state.path().join("network");
    let output = demo(state.path(), &["--json", "--keep", network.to_str().unwrap()]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said} {}", String::from_utf8_lossy(&output.stderr));
    let invoice: Value = serde_json::from_str(include_str!("../../api-spec/examples/invoice.json")).unwrap();
    let mut wanted = Vec::new();
    telling(&invoice, &mut wanted);
    wanted.sort();
    wanted.dedup();
    assert!(["NW-2026-01187", "67080.00", "2027-01-03"].iter().all(|text| wanted.iter().any(|one| one == text)));
    assert_eq!(search(&network, &wanted), "", "these files hold a field in clear");
    // The search itself finds what is there.
    fs::write(network.join("portal.log"), wanted[0].to_lowercase()).unwrap();
    assert!(search(&network, &wanted).ends_with("portal.log\n"));
}
