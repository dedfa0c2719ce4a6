//! A real disk that fills up, and one that cannot be written any more.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use kontor_ledger::record::RecordId;
use kontor_ledger_anchor::node::AlarmKind;
use serde_json::json;

use crate::network::{BANK, Network, Node};

/// For a disk to fill up.
const PATIENCE: Duration = Duration::from_secs(120);

/// A small disk of its own, gone with the test.
struct Disk(PathBuf);

impl Disk {
    /// None where the test may not mount.
    #[expect(clippy::print_stdout, reason = "says why a test did nothing")]
    fn mount(path: PathBuf, size: &str) -> Option<Self> {
        fs::create_dir_all(&path).unwrap();
        if !mount(&["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"], &path) {
            println!("skipped: not allowed to mount a disk");
            return None;
        }
        Some(Self(path))
    }

    fn resize(&self, size: &str) {
        assert!(mount(&["-o", &format!("remount,size={size}")], &self.0));
    }
}

fn mount(options: &[&str], path: &Path) -> bool {
    Command::new("mount").args(options).arg(path).output().is_ok_and(|done| done.status.success())
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// Submits batches until one is answered with `end`; the ids of those that were acknowledged.
async fn submit_until(end: u16, network: &Network, node: &Node, number: &mut u64) -> Vec<RecordId> {
    let (mut acknowledged, started) = (Vec::new(), Instant::now());
    loop {
        assert!(started.elapsed() < PATIENCE, "no {end} after {number} records");
        let records: Vec<_> = (*number..*number + 200).map(|number| network.anchor(number, BANK)).collect();
        *number += 200;
        let ids: Vec<_> = records.iter().map(|record| record.id()).collect();
        let batch = kontor_ledger::encoding::to_cbor(&network.batch(records, BANK));
        let (status, answer) = node.post("/v1/records?timeout=2000", "application/cbor", batch).await;
        match status {
            _ if status == end => return acknowledged,
            200 => acknowledged.extend(ids),
            202 => {}
            _ => panic!("{status}: {answer}"),
        }
    }
}

fn require_all(acknowledged: &[RecordId], node: &Node) {
    assert!(!acknowledged.is_empty());
    for id in acknowledged {
        assert!(node.running.node().find(id).unwrap().is_some(), "{id} was acknowledged and is lost");
    }
}

fn detail(node: &Node, kind: AlarmKind) -> Option<String> {
    node.running.node().alarms().into_iter().find(|alarm| alarm.kind == kind).map(|alarm| alarm.detail)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_takes_no_records_below_the_floor_and_serves_again_with_room() {
    let network = Network::new();
    let Some(disk) = Disk::mount(network.path("bank"), "48m") else { return };
    let mut config = network.validator();
    config["cache"] = json!(1);
    config["alarms"] = json!({ "disk": 0, "disk_floor": 16 });
    let node = network.start(config).await.unwrap_or_else(|error| panic!("{error}"));
    let mut number = 0;
    let acknowledged = submit_until(507, &network, &node, &mut number).await;
    assert!(detail(&node, AlarmKind::Disk).is_some_and(|detail| detail.contains("no new records are taken")));
    assert!(!node.running.node().is_halted());
    require_all(&acknowledged, &node);

    disk.resize("200m");
    let mut status = 507;
    for _ in 0..50 {
        (status, _) = node.submit(&network.batch(vec![network.anchor(number, BANK)], BANK)).await;
        if status == 201 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!((status, detail(&node, AlarmKind::Disk)), (201, None));
    require_all(&acknowledged, &node);
    node.running.stop().await;
}

/// The database finds no room first.
#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_fills_up_loses_nothing_that_was_acknowledged() {
    fills_up("bank", "12m").await;
}

/// Only the engine finds no room.
#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_finds_no_room_loses_nothing_that_was_acknowledged() {
    fills_up("bank/ordering", "2m").await;
}

async fn fills_up(folder: &str, size: &str) {
    let network = Network::new();
    let Some(disk) = Disk::mount(network.path(folder), size) else { return };
    let mut config = network.validator();
    config["cache"] = json!(1);
    config["alarms"] = json!({ "disk": 0, "disk_floor": 0 });
    let node = network.start(config.clone()).await.unwrap_or_else(|error| panic!("{error}"));
    let mut number = 0;
    let acknowledged = submit_until(503, &network, &node, &mut number).await;
    require_halted(&node).await;
    node.running.stop().await;

    disk.resize("200m");
    let node = network.start(config).await.unwrap_or_else(|error| panic!("{error}"));
    require_all(&acknowledged, &node);
    assert_eq!(node.submit(&network.batch(vec![network.anchor(number, BANK)], BANK)).await.0, 201);
    let last = acknowledged.last().unwrap();
    assert_eq!(node.get(&format!("/v1/records/{last}/receipt")).await.0, 200);
    node.running.stop().await;
}

/// The node says what to do, and is not ready.
async fn require_halted(node: &Node) {
    let detail = detail(node, AlarmKind::Halted).expect("an alarm");
    assert!(detail.contains("has room and can be written") && detail.contains("start the node again"), "{detail}");
    assert_eq!(reqwest::get(node.public("/health/ready")).await.unwrap().status(), 503);
}

/// Where the engine's files were, nothing can be written: it ends by itself, in the middle of its work.
#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_ends_by_itself_halts_its_node() {
    let network = Network::new();
    let node = network.started().await;
    let mut number = 1;
    assert_eq!(node.submit(&network.batch(vec![network.anchor(0, BANK)], BANK)).await.0, 201);
    take_away(&network.path("bank/ordering/0"));
    submit_until(503, &network, &node, &mut number).await;
    require_halted(&node).await;
    assert!(!node.running.ordering().membership().validators.is_empty());
    // What is final can still be read.
    let first = network.anchor(0, BANK).id();
    assert_eq!(node.get(&format!("/v1/records/{first}")).await.0, 200);
    node.running.stop().await;
}

fn take_away(folder: &Path) {
    fs::remove_dir_all(folder).unwrap();
    fs::write(folder, "").unwrap();
}
