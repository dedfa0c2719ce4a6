//! What a disk may do to a node: it recovers, or says what to do.

use std::{
    fs,
    path::{Path, PathBuf},
};

use kontor_ledger::receipt::{self, Receipt};
use serde_json::json;

use crate::network::{BANK, Network, Node};

async fn filled(network: &Network) -> Node {
    let node = network.started().await;
    let batch = network.batch((0..600).map(|number| network.anchor(number, BANK)).collect(), BANK);
    assert_eq!(node.submit(&batch).await.0, 200);
    node
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// A tile that the start does not read: no receipt that is wrong is given out, and the alarm says what to do.
#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_tile_is_noticed_and_built_again() {
    let network = Network::new();
    let node = filled(&network).await;
    let log = network.path("bank/store/log");
    let mut tiles = Vec::new();
    files(&log, &mut tiles);
    let tile = tiles.iter().find(|path| path.ends_with("tile/0/000")).unwrap_or_else(|| panic!("{tiles:?}"));
    let mut bytes = fs::read(tile).unwrap();
    bytes[40] ^= 1;
    fs::write(tile, bytes).unwrap();
    let path = format!("/v1/records/{}/receipt", network.anchor(0, BANK).id());
    assert_eq!(node.get(&path).await.0, 500);
    let (_, shown) = node.get("/v1/network").await;
    assert_eq!(shown["alarms"][0]["kind"], "damaged");
    assert!(shown["alarms"][0]["detail"].as_str().unwrap().contains("log"), "{shown}");
    node.running.stop().await;

    fs::remove_dir_all(&log).unwrap();
    let node = network.started().await;
    let (status, receipt) = node.get(&path).await;
    let receipt: Receipt = serde_json::from_value(receipt).unwrap();
    assert_eq!((status, receipt::verify(&receipt, &network.genesis.hash()).is_ok()), (200, true));
    node.running.stop().await;
}

/// The votes' journal was being written when the machine died: its end is cut off.
#[tokio::test(flavor = "multi_thread")]
async fn a_journal_cut_off_at_its_end_is_taken_up() {
    let network = Network::new();
    let node = filled(&network).await;
    node.running.stop().await;
    let mut journal = Vec::new();
    files(&network.path("bank/ordering/0/simplex"), &mut journal);
    journal.sort();
    let last = journal.last().unwrap();
    let length = fs::metadata(last).unwrap().len();
    fs::OpenOptions::new().write(true).open(last).unwrap().set_len(length - 3).unwrap();
    let node = network.started().await;
    let (status, next) = node.submit(&network.batch(vec![network.anchor(700, BANK)], BANK)).await;
    assert_eq!((status, &next["position"]), (201, &json!(600)));
    node.running.stop().await;
}
