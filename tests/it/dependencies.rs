//! Arrows point down only: which crate may use which of ours.

use std::{collections::BTreeMap, fs, path::Path};

const SHARED: &[&str] = &["kontor-trade", "kontor-sealing", "kontor-proofs", "kontor-ledger", "kontor-chassis"];

/// What each crate may name in its dependencies; dev-dependencies may add the test kit and, for whole-network
/// tests, the node.
fn allowed() -> BTreeMap<&'static str, &'static [&'static str]> {
    BTreeMap::from([
        ("shared/trade", &[] as &[_]),
        ("shared/sealing", &[]),
        ("shared/proofs", &["kontor-sealing"]),
        ("shared/ledger", &["kontor-sealing", "kontor-proofs"]),
        ("shared/chassis", &[]),
        ("shared/testkit", SHARED),
        ("services/ledger-anchor", SHARED),
        ("services/verification", SHARED),
        ("services/bank-gateway", SHARED),
        ("services/enterprise-portal", SHARED),
        ("services/marketplace", SHARED),
        ("services/supervisor", SHARED),
    ])
}

#[test]
fn crates_use_only_what_the_architecture_lets_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    for (path, allowed) in allowed() {
        let manifest = fs::read_to_string(root.join(path).join("Cargo.toml")).expect(path);
        let manifest: toml::Table = manifest.parse().expect(path);
        let used = manifest.get("dependencies").and_then(toml::Value::as_table).expect("dependencies");
        for name in used.keys().filter(|name| name.starts_with("kontor")) {
            assert!(allowed.contains(&name.as_str()), "{path} must not depend on {name}");
        }
    }
}

#[test]
fn every_crate_takes_the_workspace_lints_and_versions() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let workspace: toml::Table = fs::read_to_string(root.join("Cargo.toml")).expect("root").parse().expect("root");
    for member in workspace["workspace"]["members"].as_array().expect("members") {
        let member = member.as_str().expect("a path");
        let manifest: toml::Table =
            fs::read_to_string(root.join(member).join("Cargo.toml")).expect(member).parse().expect(member);
        assert_eq!(manifest["lints"]["workspace"].as_bool(), Some(true), "{member} has lints of its own");
        for table in ["dependencies", "dev-dependencies"] {
            for (name, dependency) in manifest.get(table).and_then(toml::Value::as_table).into_iter().flatten() {
                assert!(
                    dependency.get("workspace").and_then(toml::Value::as_bool) == Some(true),
                    "{member} names a version of {name}: versions stand in the workspace",
                );
            }
        }
    }
}
