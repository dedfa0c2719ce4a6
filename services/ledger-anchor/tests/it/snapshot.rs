//! Nodes that join from a snapshot, and snapshots that nobody must take.

mod liars;

use std::{fs, sync::atomic::Ordering::Relaxed, time::Duration};

use kontor_ledger::{
    BlockDigest,
    governance::Change,
    record::{Body, Record, RecordId},
};
use kontor_ledger_anchor::{
    snapshot::{Manifest, Offer, chunk},
    store::Entry,
};
use kontor_sealing::Hash;
use liars::{alone, liar, other_outcome, other_signature, twister, without_the_first};
use serde_json::{Value, json};

use crate::{
    consortium::{Consortium, code, identity, validator},
    epochs::{agree, load},
    network::{BANK, Network},
};

fn anchor(number: u64) -> Body {
    Body::AnchorNotarise { digest: Hash::sm3(&[b"anchor", &number.to_be_bytes()]) }
}

async fn offers(consortium: &Consortium, number: u8) -> Vec<Offer> {
    let answer: Value = reqwest::get(consortium.public(number, "/v1/snapshots")).await.unwrap().json().await.unwrap();
    serde_json::from_value(answer["snapshots"].clone()).unwrap()
}

/// Waits until two of the banks have a signed snapshot in common that is of an epoch; all that have it have the same.
async fn common(consortium: &Consortium, numbers: &[u8], epoch: u64) -> Manifest {
    for _ in 0..300 {
        let mut all: Vec<Offer> = Vec::new();
        for number in numbers {
            all.extend(offers(consortium, *number).await);
        }
        for Offer { manifest, .. } in all.iter().filter(|offer| offer.manifest.epoch == epoch) {
            let same: Vec<_> = all.iter().filter(|other| other.manifest.height == manifest.height).collect();
            assert!(same.iter().all(|other| other.manifest == *manifest), "{same:?}");
            if same.iter().filter(|other| other.vouch.is_some()).count() >= 2 {
                return manifest.clone();
            }
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("no snapshot of epoch {epoch} after 30 s");
}

/// All that a bank's node has of the state, and of the log with its records.
fn contents(consortium: &Consortium, number: u8) -> [Hash; 2] {
    let store = consortium.node(number).node().store();
    let pairs = store.states_after(b"", None, usize::MAX).unwrap();
    let entries: Vec<_> = store.entries(0, usize::MAX).unwrap().iter().map(Entry::encode).collect();
    [
        Hash::sm3(&pairs.iter().flat_map(|(key, value)| [key.as_slice(), value]).collect::<Vec<_>>()),
        Hash::sm3(&entries.iter().map(Vec::as_slice).collect::<Vec<_>>()),
    ]
}

/// Blocks that a bank's node did not run.
fn taken_over(consortium: &Consortium, number: u8) -> u64 {
    consortium.height(number) - consortium.node(number).node().metrics().total("kontor_blocks_total") as u64
}

/// Starts the founders and has them order some blocks; the records in them.
async fn filled(consortium: &mut Consortium) -> Vec<RecordId> {
    for number in 0..4 {
        consortium.start(number).await;
    }
    let mut acknowledged = Vec::new();
    while consortium.height(0) < 10 {
        acknowledged.push(consortium.bank(0).accepted(anchor(acknowledged.len() as u64)).await);
    }
    acknowledged
}

/// The same record with another member as its relay.
fn relayed_by(number: u8, record: &Record, author: u8) -> Record {
    record.unsigned.clone().sign(&identity(author), code(number))
}

#[tokio::test(flavor = "multi_thread")]
async fn banks_join_from_snapshots_under_load_and_order() {
    let mut all = Consortium::new(4, 6);
    all.settings = json!({ "snapshot_every": 16 });
    for number in 0..4 {
        all.start(number).await;
    }
    let loads = [load(all.bank(1)), load(all.bank(2))];
    let old = all.bank(0).record(anchor(0));
    assert_eq!(all.bank(0).submit(vec![old.clone()]).await.unwrap().0, 201);
    common(&all, &[0, 1, 2, 3], 0).await;

    // A bank that is not a member yet joins, is admitted, and orders from the next epoch on.
    all.start_with(4, json!({ "join": "snapshot" })).await;
    assert!(!all.path("4/store.joining").exists());
    all.decide(Change::MemberAdmit { request: Box::new(all.request(4)) }, &[0, 1, 2]).await;
    all.decide(Change::ValidatorChange { add: vec![code(4)], remove: vec![] }, &[3, 1, 2, 0]).await;
    for number in 0..5 {
        all.reaches(number, 1, true).await;
    }
    // Without one of the others its votes are needed.
    all.stop(3).await;
    let mut acknowledged = vec![old.id(), all.bank(4).accepted(anchor(1)).await];
    all.start(3).await;

    // The next one joins from a snapshot of the epoch that began with it.
    common(&all, &[0, 1, 2, 4], 1).await;
    all.start_with(5, json!({ "join": "snapshot" })).await;
    for load in loads {
        acknowledged.extend(load.end().await);
    }
    all.reaches(3, 1, true).await;
    acknowledged.push(all.bank(0).accepted(anchor(2)).await);
    settle(&all, &[0, 1, 2, 3, 4, 5], &acknowledged).await;
    for number in [4, 5] {
        let without = taken_over(&all, number);
        assert!(without >= 16 && without.is_multiple_of(16), "bank {number} ran all but {without}");
    }

    // What the snapshot's log holds is known: its receipt, the record itself, and its nonce.
    all.bank(4).receipt(&old.id()).await;
    let again = all.bank(4).submit(vec![relayed_by(4, &old, 0)]).await.unwrap();
    let first = all.bank(0).submit(vec![old.clone()]).await.unwrap();
    assert_eq!(again, first);
    let mut replayed = old.clone();
    replayed.unsigned.body = anchor(3);
    let (status, refused) = all.bank(4).submit(vec![relayed_by(4, &replayed, 0)]).await.unwrap();
    assert_eq!((status, &refused["recordId"]), (409, &json!(old.id())));
    for number in 0..6 {
        all.stop(number).await;
    }
}

/// All nodes have the same log and the same state.
async fn settle(consortium: &Consortium, numbers: &[u8], acknowledged: &[RecordId]) {
    agree(consortium, numbers, acknowledged).await;
    for _ in 0..100 {
        let states: Vec<_> =
            numbers.iter().map(|number| (consortium.height(*number), contents(consortium, *number))).collect();
        if states.windows(2).all(|pair| pair[0].0 == pair[1].0) {
            assert!(states.windows(2).all(|pair| pair[0].1 == pair[1].1), "{states:?}");
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the nodes are not at the same block");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_liar_offers_or_gives_is_not_taken() {
    let mut all = Consortium::new(4, 5);
    all.settings = json!({ "snapshot_every": 4 });
    let acknowledged = filled(&mut all).await;
    let good = common(&all, &[0, 1, 2, 3], 0).await;

    // One has the right manifest and wrong bytes; one signs, with a validator's key, another state of a later block.
    let mut cutter = chunk::Cutter::default();
    assert!(cutter.push(b"d", b"of a liar").is_none());
    let wrong = cutter.finish().unwrap();
    let forged = Manifest {
        height: good.height + 4,
        block: BlockDigest::default(),
        count: 1,
        chunks: vec![Hash::sm3(&[&wrong])],
        ..good.clone()
    };
    let (careless, asked) = liar(alone(&validator(3, 0), &good), wrong.clone());
    let (forger, asked_forger) = liar(alone(&validator(3, 0), &forged), wrong);
    let (outcomes, asked_outcomes) = twister(all.public(3, ""), "/v1/tile/entries", other_outcome);
    let (gaps, asked_gaps) = twister(all.public(3, ""), "/v1/blocks", without_the_first);
    let (signatures, asked_signatures) = twister(all.public(3, ""), "/v1/blocks", other_signature);
    let liars = [careless, forger, outcomes, gaps, signatures];
    let mut peers: Vec<_> = liars.into_iter().map(|http| json!({ "member": code(3), "http": http })).collect();
    for number in 0..3 {
        let http = all.public(number, "");
        peers.push(json!({ "member": code(number), "http": http, "ordering": "127.0.0.1:1" }));
    }
    // A join and a snapshot that were cut short.
    for folder in ["4/store.joining/database", "4/snapshots/4.new"] {
        fs::create_dir_all(all.path(folder)).unwrap();
        fs::write(all.path(folder).join("0"), "half").unwrap();
    }
    all.start_with(4, json!({ "join": "snapshot", "peers": peers })).await;
    settle(&all, &[0, 1, 2, 3, 4], &acknowledged).await;
    let without = taken_over(&all, 4);
    assert!(without >= 4 && without.is_multiple_of(4), "{without}");
    assert_eq!((asked.load(Relaxed), asked_forger.load(Relaxed)), (1, 0));
    for asked in [asked_outcomes, asked_gaps, asked_signatures] {
        assert_eq!(asked.load(Relaxed), 1);
    }
    assert!(!all.path("4/store.joining").exists() && !all.path("4/snapshots/4.new").exists());
    for number in 0..5 {
        all.stop(number).await;
    }
}

/// A join that ends in the middle leaves a part of a store under another name; the next start joins anew.
#[tokio::test(flavor = "multi_thread")]
async fn a_join_that_is_cut_short_starts_again() {
    let mut all = Consortium::new(4, 5);
    all.settings = json!({ "snapshot_every": 4 });
    let acknowledged = filled(&mut all).await;
    common(&all, &[0, 1, 2, 3], 0).await;
    // They give the state, and then no blocks.
    let mute = (0..4).map(|number| twister(all.public(number, ""), "/v1/blocks", |_| Vec::new()).0);
    let peers: Vec<_> = mute.map(|http| json!({ "member": code(0), "http": http })).collect();
    let join = all.start_with(4, json!({ "join": "snapshot", "peers": peers }));
    assert!(tokio::time::timeout(Duration::from_secs(2), join).await.is_err());
    assert!(all.path("4/store.joining/database").exists() && !all.path("4/store").exists());

    all.start_with(4, json!({ "join": "snapshot" })).await;
    assert!(!all.path("4/store.joining").exists());
    settle(&all, &[0, 1, 2, 3, 4], &acknowledged).await;
    let without = taken_over(&all, 4);
    assert!(without >= 4 && without.is_multiple_of(4), "{without}");
    for number in 0..5 {
        all.stop(number).await;
    }
}

/// A validator whose data is gone may have voted in the epoch: it does not pass for a new node.
#[tokio::test(flavor = "multi_thread")]
async fn who_has_a_seat_runs_the_log() {
    let mut all = Consortium::new(4, 4);
    all.settings = json!({ "snapshot_every": 4 });
    let acknowledged = filled(&mut all).await;
    common(&all, &[0, 1, 2], 0).await;
    all.stop(3).await;
    fs::remove_dir_all(all.path("3")).unwrap();
    all.start_with(3, json!({ "join": "snapshot" })).await;
    settle(&all, &[0, 1, 2, 3], &acknowledged).await;
    assert_eq!(taken_over(&all, 3), 0);
    for number in 0..4 {
        all.stop(number).await;
    }
}

/// One of four says it alone: the node runs the log.
#[tokio::test(flavor = "multi_thread")]
async fn too_few_vouch() {
    let mut all = Consortium::new(4, 5);
    all.settings = json!({ "snapshot_every": 0 });
    all.start_with(0, json!({ "snapshot_every": 2 })).await;
    for number in 1..4 {
        all.start(number).await;
    }
    let mut acknowledged = Vec::new();
    while all.height(0) < 6 {
        acknowledged.push(all.bank(0).accepted(anchor(acknowledged.len() as u64)).await);
    }
    all.start_with(4, json!({ "join": "snapshot" })).await;
    settle(&all, &[0, 1, 2, 3, 4], &acknowledged).await;
    assert!(!offers(&all, 0).await.is_empty());
    assert!(all.height(4) >= 6);
    assert_eq!(taken_over(&all, 4), 0);
    for number in 0..5 {
        all.stop(number).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_two_are_served() {
    let network = Network::new();
    let mut config = network.validator();
    config["snapshot_every"] = json!(2);
    let node = network.start(config).await.unwrap_or_else(|error| panic!("{error}"));
    for number in 0..7 {
        assert_eq!(node.submit(&network.batch(vec![network.anchor(number, BANK)], BANK)).await.0, 201);
    }
    let mut offers: Vec<Offer> = Vec::new();
    for _ in 0..50 {
        let (status, answer) = node.get("/v1/snapshots").await;
        assert_eq!(status, 200);
        offers = serde_json::from_value(answer["snapshots"].clone()).unwrap();
        if offers.first().is_some_and(|offer| offer.manifest.height >= 6) && offers.len() == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let [newest, before] = &offers[..] else { panic!("{offers:?}") };
    assert_eq!(newest.manifest.height, before.manifest.height + 2);
    let Manifest { height, chunks, count, .. } = &newest.manifest;
    let (status, bytes) = node.bytes(&format!("/v1/snapshots/{height}/0")).await;
    assert_eq!((status, vec![Hash::sm3(&[&bytes])]), (200, chunks.clone()));
    assert_eq!(chunk::decode(&bytes).unwrap().len() as u64, *count);
    for missing in [format!("/v1/snapshots/{height}/1"), "/v1/snapshots/2/0".to_owned()] {
        assert_eq!(node.get(&missing).await.0, 404);
    }
    node.running.stop().await;
}
