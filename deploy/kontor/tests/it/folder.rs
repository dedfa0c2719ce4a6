//! The data folder: created once, complete or refused.

use std::{fs, net::TcpListener, os::unix::fs::PermissionsExt as _, path::Path};

use kontor::consortium::{
    lock::Lock,
    manifest::{FILE, Manifest},
    start::free_base,
};

use crate::setup::{json, kontor, refused, run, text};

/// A folder's name as an argument, and a free base port as another.
fn place(folder: &Path) -> (String, String) {
    (text(folder.join("network")), free_base().unwrap().to_string())
}

#[test]
fn a_folder_is_created_once_and_keeps_its_secrets() {
    let temporary = tempfile::tempdir().unwrap();
    let (data, port) = place(temporary.path());
    let printed: Manifest =
        serde_json::from_value(json(&["init", "--data", &data, "--port", &port, "--json"])).unwrap();
    let folder = Path::new(&data);
    assert_eq!(printed, Manifest::read(folder).unwrap());
    assert_eq!(printed.services.len(), 16);
    assert_eq!(printed.genesis().unwrap().validators().len(), 4);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(folder), 0o700);
    for person in &printed.people {
        assert_eq!(mode(&person.password_file), 0o600);
        assert!(fs::read_to_string(&person.password_file).unwrap().len() >= 20);
        assert!(person.key_file.iter().all(|path| mode(path) == 0o600));
    }
    for secret in [
        "ca/root.key",
        "ca/intermediate.key",
        "operator/authority.key",
        "operator/administrator/tls.key",
        "bank-a/seed",
        "bank-b/validator.key",
        "bank-c/fingerprint.share",
        "bank-d/escrow.share",
    ] {
        assert_eq!(mode(&folder.join(secret)), 0o600, "{secret}");
    }

    let before = fs::read(folder.join(FILE)).unwrap();
    assert!(refused(&["init", "--data", &data]).contains("holds a network already"));
    assert_eq!(fs::read(folder.join(FILE)).unwrap(), before);
    assert!(refused(&["up", "--data", &data, "--port", "9000"]).contains("keeps its ports"));
}

#[test]
fn a_creation_that_was_interrupted_is_recognised() {
    let temporary = tempfile::tempdir().unwrap();
    let (data, port) = place(temporary.path());
    assert!(run(&["init", "--data", &data, "--port", &port]).ok);
    fs::remove_file(Path::new(&data).join(FILE)).unwrap();
    for call in [&["up", "--data", &data][..], &["up", "--data", &data, "--processes"], &["init", "--data", &data]] {
        let line = refused(call);
        assert!(line.contains("not created to its end") && line.contains("remove it"), "{line}");
    }
}

#[test]
fn a_damaged_manifest_is_named() {
    let temporary = tempfile::tempdir().unwrap();
    let (data, port) = place(temporary.path());
    assert!(run(&["init", "--data", &data, "--port", &port]).ok);
    fs::write(Path::new(&data).join(FILE), "{\"version\": 1").unwrap();
    assert!(refused(&["up", "--data", &data]).contains(FILE));
}

#[test]
fn a_moved_folder_does_not_start_on_files_elsewhere() {
    let temporary = tempfile::tempdir().unwrap();
    let (data, port) = place(temporary.path());
    assert!(run(&["init", "--data", &data, "--port", &port]).ok);
    let moved = text(temporary.path().join("moved"));
    fs::rename(&data, &moved).unwrap();
    assert!(refused(&["up", "--data", &moved]).contains("belongs in"));
}

#[test]
fn a_folder_of_other_things_is_left_alone() {
    let temporary = tempfile::tempdir().unwrap();
    fs::write(temporary.path().join("letter.txt"), "Dear all").unwrap();
    let data = text(temporary.path().to_owned());
    for call in ["up", "init"] {
        let line = refused(&[call, "--data", &data]);
        assert!(line.contains("holds other things") && !line.contains("remove"), "{line}");
    }
    assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 1);
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let temporary = tempfile::tempdir().unwrap();
    let file = temporary.path().join("file");
    fs::write(&file, "").unwrap();
    for call in ["up", "init"] {
        let line = refused(&[call, "--data", &text(file.join("network"))]);
        assert!(line.contains("cannot use"), "{line}");
    }
    let mut nowhere = kontor();
    let ended = nowhere.env_remove("HOME").arg("up").output().unwrap();
    assert!(!ended.status.success() && String::from_utf8_lossy(&ended.stderr).contains("--data"));
}

#[test]
fn a_taken_port_is_named_before_anything_is_created_or_started() {
    let temporary = tempfile::tempdir().unwrap();
    let (data, port) = place(temporary.path());
    let base: u16 = port.parse().unwrap();
    // Not the first: all are checked.
    let taken = TcpListener::bind(("127.0.0.1", base + 52)).unwrap();
    for mode in [&["--processes"][..], &[]] {
        let line = refused(&[&["up", "--data", &data, "--port", &port], mode].concat());
        assert!(line.contains(&format!("port {} on 127.0.0.1 is taken", base + 52)), "{line}");
    }
    assert!(!Path::new(&data).join("ca").exists(), "another --port is possible");

    drop(taken);
    assert!(run(&["init", "--data", &data, "--port", &port]).ok);
    let _taken = TcpListener::bind(("127.0.0.1", base + 2)).unwrap();
    assert!(refused(&["up", "--data", &data]).contains("is taken"));
    assert!(!Path::new(&data).join("bank-a/ledger-anchor/data").exists());
}

#[test]
fn a_base_without_room_is_refused() {
    let temporary = tempfile::tempdir().unwrap();
    let data = text(temporary.path().join("network"));
    for port in ["80", "65530"] {
        for call in ["init", "up"] {
            assert!(refused(&[call, "--data", &data, "--port", port]).contains("between 1024 and"));
        }
    }
}

#[test]
fn one_process_at_a_time() {
    let temporary = tempfile::tempdir().unwrap();
    let (data, port) = place(temporary.path());
    assert!(run(&["init", "--data", &data, "--port", &port]).ok);
    let _lock = Lock::take(Path::new(&data)).unwrap();
    assert!(refused(&["up", "--data", &data]).contains("running already"));
}

#[test]
fn a_service_without_a_usable_configuration_says_so() {
    let temporary = tempfile::tempdir().unwrap();
    let path = temporary.path().join("supervisor.toml");
    fs::write(&path, "mumber = 'X'\n").unwrap();
    assert!(refused(&["serve", "supervisor", "--config", &text(path)]).contains("mumber"));
    assert!(refused(&["serve", "supervisor", "--config", "/nonexistent"]).contains("/nonexistent"));
    assert!(!run(&["serve", "teapot"]).ok);
}
