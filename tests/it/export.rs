//! The log as a file: whoever has it runs it again and finds every change.

use std::{path::Path, process::Command, time::Duration};

use kontor::figures::workload::Workload;
use kontor_tests::{Network, kontor};
use serde_json::Value;

fn run(arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(kontor()).args(arguments).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

fn replay(file: &Path, network: &str) -> Result<Value, String> {
    let text = run(&["replay", file.to_str().unwrap(), "--network", network, "--json"])?;
    Ok(serde_json::from_str(&text).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exported_log_replays_and_an_altered_one_does_not() {
    let network = Network::start().await;
    let bank = network.bank("bank-a");
    let mut load = Workload::new(bank.member, &bank.identity, &network.genesis, rand::make_rng());
    let mut records = load.anchors(20);
    records.extend(load.trade().unwrap());
    let (before, claim) = load.claim().unwrap();
    records.extend(before);
    records.push(claim);
    let (status, _) = bank.submit(records, Duration::from_secs(10)).await;
    assert_eq!(status.as_u16(), 200);
    let (size, root) = bank.checkpoint().await;

    let file = network.folder().join("log.cbor");
    let id = network.genesis.hash().to_string();
    run(&["export", &bank.node.public, file.to_str().unwrap()]).unwrap();
    let found = replay(&file, &id).unwrap();
    assert_eq!((&found["size"], &found["root"], &found["accepted"]), (&size.into(), &root.into(), &size.into()));
    assert!(replay(&file, &"0".repeat(64)).unwrap_err().contains("is of network"));

    let whole = std::fs::read(&file).unwrap();
    for place in (0..whole.len()).step_by(whole.len() / 40) {
        let mut altered = whole.clone();
        altered[place] ^= 1;
        std::fs::write(&file, altered).unwrap();
        let why = replay(&file, &id).expect_err("an altered log");
        assert_eq!(why.lines().count(), 1, "{why}");
    }
    std::fs::write(&file, &whole[..whole.len() - 7]).unwrap();
    assert!(replay(&file, &id).unwrap_err().contains("cut off"));
    network.processes.stop().await;
}
