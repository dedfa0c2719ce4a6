//! The whole story, as its user runs it.

use std::{
    path::Path,
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use kontor_tests::{Network, kontor};
use serde_json::Value;

/// Runs `kontor demo` with its journal in `state`.
pub fn demo(state: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(kontor());
    command.arg("demo").args(arguments).env("XDG_STATE_HOME", state).env("TMPDIR", state);
    command.output().expect("runs")
}

fn held(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().last().unwrap_or_default();
    let report: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert!(output.status.success() && report["held"] == true, "{report} {}", String::from_utf8_lossy(&output.stderr));
    report
}

#[test]
#[ignore = "slow: three networks one after the other"]
fn three_times_in_a_row() {
    let state = tempfile::tempdir().unwrap();
    for _ in 0..3 {
        assert_eq!(held(&demo(state.path(), &["--json"]))["steps"].as_array().map(Vec::len), Some(17));
    }
    let left = std::fs::read_dir(state.path()).unwrap().filter(|entry| {
        entry.as_ref().is_ok_and(|entry| entry.file_name().to_string_lossy().starts_with("kontor-demo-"))
    });
    assert_eq!(left.count(), 0, "a run that held removes its network");
}

#[test]
#[ignore = "slow: kills a run at several points"]
fn a_killed_run_is_completed_by_resume() {
    for milliseconds in [2_500, 4_000, 5_500] {
        let state = tempfile::tempdir().unwrap();
        let mut command = Command::new(kontor());
        command.arg("demo").env("XDG_STATE_HOME", state.path()).env("TMPDIR", state.path()).stdout(Stdio::null());
        let mut child = command.spawn().unwrap();
        let until = Instant::now() + Duration::from_millis(milliseconds);
        while Instant::now() < until && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(10));
        }
        // SIGKILL; network and story are one process.
        let _ = child.kill();
        let status = child.wait().unwrap();
        if !status.success() {
            held(&demo(state.path(), &["--resume", "--json"]));
        }
    }
}

/// Everything is killed: the story and all services, which are processes of their own.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "slow: kills a network of processes in mid-run"]
async fn a_run_on_separate_processes_survives_their_death() {
    let mut network = Network::start().await;
    let services = network.manifest().services.clone();
    let state = tempfile::tempdir().unwrap();
    let mut command = Command::new(kontor());
    command.arg("demo").arg("--network").arg(network.folder()).env("XDG_STATE_HOME", state.path());
    let mut child = command.stdout(Stdio::null()).spawn().unwrap();
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    let _ = child.kill();
    let ended = child.wait().unwrap().success();
    for service in &services {
        network.processes.kill(service).await;
    }
    for service in &services {
        network.processes.restart(service).unwrap();
    }
    network.processes.ready().await.unwrap();
    if !ended {
        held(&demo(state.path(), &["--resume", "--json"]));
    }

    // An invoice that is claimed already is reported as such.
    let invoice = Path::new(env!("CARGO_MANIFEST_DIR")).join("../api-spec/examples/invoice.json");
    let folder = network.folder().to_str().unwrap();
    let arguments = ["--network", folder, "--invoice", invoice.to_str().unwrap(), "--json"];
    held(&demo(state.path(), &arguments));
    let again = demo(state.path(), &arguments);
    let said = String::from_utf8_lossy(&again.stdout).into_owned();
    assert!(!again.status.success() && said.contains("claimed"), "{said}");
    network.processes.stop().await;
}

#[test]
fn a_missing_run_and_a_missing_file_are_reported() {
    let state = tempfile::tempdir().unwrap();
    let output = demo(state.path(), &["--resume"]);
    assert!(!output.status.success());
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(text.contains("no unfinished run") && text.trim().lines().count() == 1, "{text}");
    let output = demo(state.path(), &["--invoice", "/nowhere.xml"]);
    assert!(!output.status.success() && String::from_utf8_lossy(&output.stderr).contains("/nowhere.xml"));
}

#[test]
#[ignore = "slow: one network for each of several published invoices"]
fn published_invoices_play_the_story() {
    let Some(corpus) = std::env::var_os("KONTOR_CORPUS").map(std::path::PathBuf::from) else { return };
    let state = tempfile::tempdir().unwrap();
    for file in [
        "invoice/xrechnung/01.01a-INVOICE_ubl.xml",
        "invoice/xrechnung/01.02a-INVOICE_uncefact.xml",
        "invoice/en16931/CII_example5.xml",
        "mixed/oasis-ubl/UBL-Invoice-2.1-Example.xml",
    ] {
        let path = corpus.join(file);
        if path.exists() {
            held(&demo(state.path(), &["--json", "--invoice", path.to_str().unwrap()]));
        }
    }
}
