//! Members come and go, and validators with them, under load.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use kontor_ledger::{
    governance::{Change, HeldKey, Rotation},
    record::{Body, RecordId},
};
use kontor_ledger_anchor::ordering::delivery::KEPT_BLOCKS;
use kontor_sealing::Hash;
use serde_json::json;
use tokio::task::JoinHandle;

use crate::consortium::{Bank, Consortium, code, validator};

/// Anchors without end at one bank; what was acknowledged.
pub struct Load {
    stop: Arc<AtomicBool>,
    acknowledged: Arc<Mutex<Vec<RecordId>>>,
    task: JoinHandle<()>,
}

pub fn load(bank: Bank) -> Load {
    let (stop, acknowledged) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::new())));
    let task = tokio::spawn({
        let (stop, acknowledged) = (Arc::clone(&stop), Arc::clone(&acknowledged));
        async move {
            let mut number = 0_u64;
            while !stop.load(Relaxed) {
                let mut next = || {
                    number += 1;
                    let digest = Hash::sm3(&[bank.member.as_str().as_bytes(), &number.to_be_bytes()]);
                    bank.record(Body::AnchorNotarise { digest })
                };
                let records: Vec<_> = (0..20).map(|_| next()).collect();
                let ids: Vec<_> = records.iter().map(|record| record.id()).collect();
                match bank.submit(records).await {
                    Some((200, _)) => acknowledged.lock().unwrap().extend(ids),
                    Some((202, _)) | None => {}
                    Some((status, answer)) => panic!("{status}: {answer}"),
                }
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        }
    });
    Load { stop, acknowledged, task }
}

impl Load {
    pub async fn end(self) -> Vec<RecordId> {
        self.stop.store(true, Relaxed);
        self.task.await.unwrap();
        Arc::into_inner(self.acknowledged).unwrap().into_inner().unwrap()
    }
}

/// All nodes have the same log, and it holds every acknowledged record.
pub async fn agree(consortium: &Consortium, numbers: &[u8], acknowledged: &[RecordId]) {
    let reached = |number: &u8| *consortium.node(*number).node().progress().borrow();
    let highest = numbers.iter().map(|number| reached(number).height).max().unwrap();
    for number in numbers {
        for _ in 0..300 {
            if reached(number).height >= highest {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        let store = consortium.node(*number).node().store();
        let first = consortium.node(numbers[0]).node().store();
        for height in 1..=highest {
            assert_eq!(store.header(height).unwrap(), first.header(height).unwrap(), "block {height} at bank {number}");
        }
        for id in acknowledged {
            assert!(store.position(id).unwrap().is_some(), "bank {number} lacks an acknowledged record");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn four_five_seven_and_four_validators_under_load() {
    let mut all = Consortium::new(4, 7);
    for number in 0..4 {
        all.start(number).await;
    }
    let loads = [load(all.bank(1)), load(all.bank(2))];

    // A fifth bank follows before it is a member, is admitted, and orders from the next epoch on.
    all.start(4).await;
    assert!(!all.node(4).ordering().membership().orders);
    all.decide(Change::MemberAdmit { request: Box::new(all.request(4)) }, &[0, 1, 2]).await;
    all.decide(Change::ValidatorChange { add: vec![code(4)], remove: vec![] }, &[3, 1, 2, 0]).await;
    for number in 0..5 {
        all.reaches(number, 1, true).await;
    }
    all.bank(4).accepted(Body::AnchorNotarise { digest: Hash::sm3(&[b"the fifth"]) }).await;

    // Two more at once, while a node sleeps through the change.
    all.stop(3).await;
    for (number, voters) in [(5, &[0, 1, 2, 4][..]), (6, &[0, 1, 2, 4, 5])] {
        all.start(number).await;
        all.decide(Change::MemberAdmit { request: Box::new(all.request(number)) }, voters).await;
    }
    all.decide(Change::ValidatorChange { add: vec![code(5), code(6)], remove: vec![] }, &[0, 1, 2, 4, 5]).await;
    for number in [0, 1, 2, 4, 5, 6] {
        all.reaches(number, 2, true).await;
    }
    all.start(3).await;
    all.reaches(3, 2, true).await;

    // Three cease to order; they go on as followers and still pass records on.
    let remove = vec![code(0), code(4), code(5)];
    all.decide(Change::ValidatorChange { add: vec![], remove }, &[0, 1, 2, 3, 4]).await;
    for number in [1, 2, 3, 6] {
        all.reaches(number, 3, true).await;
    }
    for number in [0, 4, 5] {
        all.reaches(number, 3, false).await;
    }
    let last = all.bank(0).accepted(Body::AnchorNotarise { digest: Hash::sm3(&[b"by a follower"]) }).await;

    let mut acknowledged = vec![last];
    for load in loads {
        acknowledged.extend(load.end().await);
    }
    assert!(acknowledged.len() > 100, "only {} records were acknowledged", acknowledged.len());
    agree(&all, &[0, 1, 2, 3, 4, 5, 6], &acknowledged).await;
    let receipt = all.bank(6).receipt(&last).await;
    assert_eq!((receipt.block.epoch, receipt.epochs.len()), (3, 3));
    all.bank(5).receipt(&acknowledged[1]).await;
    for number in 0..7 {
        assert!(all.node(number).node().alarms().is_empty(), "{:?}", all.node(number).node().alarms());
        all.stop(number).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_rotate_and_members_leave() {
    let mut all = Consortium::new(4, 4);
    for number in 0..4 {
        all.start(number).await;
    }
    let network = all.genesis.hash();
    // The next key lies ready; the node takes it up with the epoch, and the key before is destroyed.
    let next = validator(2, 1);
    std::fs::write(all.path("2.key.next"), hex::encode(next.to_seed().as_ref())).unwrap();
    let held = HeldKey::new(&next, &network, &code(2));
    let rotation = Rotation { validator: Some(held), ..Rotation::default() };
    all.bank(2).accepted(Body::NetworkKeyRotate { rotation: rotation.clone() }).await;
    for number in 0..4 {
        all.reaches(number, 1, true).await;
    }
    let key = std::fs::read_to_string(all.path("2.key")).unwrap();
    assert_eq!(key, hex::encode(next.to_seed().as_ref()));
    assert!(!all.path("2.key.next").exists());
    // A key is used once, by one member.
    let (status, answer) = all.bank(2).outcome(Body::NetworkKeyRotate { rotation }).await;
    assert_eq!((status, &answer["code"]), (422, &json!("key-in-use")));

    // A suspended member's records are refused, and it ceases to order.
    all.decide(Change::MemberSuspend { member: code(3) }, &[0, 1, 2]).await;
    for number in 0..3 {
        all.reaches(number, 2, true).await;
    }
    all.reaches(3, 2, false).await;
    let (status, answer) = all.bank(3).outcome(Body::AnchorNotarise { digest: Hash::default() }).await;
    assert_eq!((status, &answer["code"]), (422, &json!("member-inactive")));
    all.decide(Change::MemberReinstate { member: code(3) }, &[0, 1, 2]).await;
    all.bank(3).accepted(Body::AnchorNotarise { digest: Hash::default() }).await;

    // A member leaves by itself.
    all.bank(1).accepted(Body::NetworkLeave).await;
    all.reaches(1, 3, false).await;
    for number in [0, 2] {
        all.reaches(number, 3, true).await;
    }
    agree(&all, &[0, 1, 2, 3], &[]).await;
    for number in 0..4 {
        all.stop(number).await;
    }
}

/// Copies a folder with all that is in it.
fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name())).unwrap();
        if path.is_dir() {
            copy(&path, &to.join(name));
        } else {
            std::fs::copy(&path, to.join(name)).unwrap();
        }
    }
}

/// A node whose data was put back from yesterday's copy must not vote: what it has signed since it does not know.
#[tokio::test(flavor = "multi_thread")]
async fn a_restored_old_copy_follows_until_its_key_is_rotated() {
    let mut all = Consortium::new(4, 4);
    for number in 0..4 {
        all.start(number).await;
    }
    let anchor = |text: &[u8]| Body::AnchorNotarise { digest: Hash::sm3(&[text]) };
    all.bank(0).accepted(anchor(b"before")).await;
    all.stop(3).await;
    let (data, kept) = (all.path("3"), all.path("3.copy"));
    copy(&data, &kept);
    all.start(3).await;
    // With three of four it must sign.
    all.stop(2).await;
    for number in 0..5_u8 {
        all.bank(0).accepted(anchor(&[number])).await;
    }
    all.start(2).await;
    all.stop(3).await;
    std::fs::remove_dir_all(&data).unwrap();
    std::fs::rename(&kept, &data).unwrap();

    all.start(3).await;
    all.reaches(3, 0, false).await;
    let alarms = all.node(3).node().alarms();
    assert!(alarms[0].detail.contains("old copy"), "{alarms:?}");
    // It follows, passes its member's records on, and orders again under a new key.
    let next = validator(3, 1);
    std::fs::write(all.path("3.key.next"), hex::encode(next.to_seed().as_ref())).unwrap();
    let held = HeldKey::new(&next, &all.genesis.hash(), &code(3));
    let rotation = Rotation { validator: Some(held), ..Rotation::default() };
    let rotated = all.bank(3).accepted(Body::NetworkKeyRotate { rotation }).await;
    for number in 0..4 {
        all.reaches(number, 1, true).await;
    }
    agree(&all, &[0, 1, 2, 3], &[rotated]).await;
    for number in 0..4 {
        all.stop(number).await;
    }
}

/// A node that was away for longer than the others' engines keep blocks follows until it has caught up, and orders
/// again in the same epoch.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "slow: more blocks than engines keep"]
async fn a_node_that_was_away_for_long_catches_up_and_orders_again() {
    let mut consortium = Consortium::new(4, 4);
    for number in 0..4 {
        consortium.start(number).await;
    }
    let bank = consortium.bank(0);
    let anchor = |number: u64| Body::AnchorNotarise { digest: Hash::sm3(&[&number.to_be_bytes()]) };
    let mut acknowledged = vec![bank.accepted(anchor(0)).await];
    consortium.stop(3).await;
    let enough = consortium.height(0) + 2 * KEPT_BLOCKS;
    while consortium.height(0) < enough {
        acknowledged.push(bank.accepted(anchor(acknowledged.len() as u64)).await);
    }

    consortium.start(3).await;
    let behind = consortium.height(3);
    assert!(behind + KEPT_BLOCKS < enough, "{behind}");
    agree(&consortium, &[0, 1, 2, 3], &acknowledged).await;
    consortium.reaches(3, 0, true).await;
    // Without another one the three that are left need its votes.
    consortium.stop(2).await;
    acknowledged.push(consortium.bank(3).accepted(anchor(1 << 40)).await);
    agree(&consortium, &[0, 1, 3], &acknowledged).await;
    for number in [0, 1, 3] {
        consortium.stop(number).await;
    }
}

/// A node that slept through a change of validators and through many blocks after it has no votes in the epoch of now,
/// and orders in it when it has caught up; so it does when it is started anew meanwhile.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "slow: many blocks"]
async fn a_node_that_slept_into_the_middle_of_an_epoch_orders_in_it() {
    let mut all = Consortium::new(4, 5);
    for number in 0..5 {
        all.start(number).await;
    }
    all.decide(Change::MemberAdmit { request: Box::new(all.request(4)) }, &[0, 1, 2]).await;
    all.stop(3).await;
    all.decide(Change::ValidatorChange { add: vec![code(4)], remove: vec![] }, &[0, 1, 2, 4]).await;
    for number in [0, 1, 2, 4] {
        all.reaches(number, 1, true).await;
    }
    let bank = all.bank(0);
    let anchor = |number: u64| Body::AnchorNotarise { digest: Hash::sm3(&[&number.to_be_bytes()]) };
    let enough = all.height(0) + KEPT_BLOCKS / 4 + 50;
    let mut acknowledged = Vec::new();
    while all.height(0) < enough {
        acknowledged.push(bank.accepted(anchor(acknowledged.len() as u64)).await);
    }
    all.start(3).await;
    all.reaches(3, 1, true).await;
    agree(&all, &[0, 1, 2, 3, 4], &acknowledged).await;
    all.stop(3).await;
    all.start(3).await;
    all.reaches(3, 1, true).await;
    for number in 0..5 {
        assert!(all.node(number).node().alarms().is_empty(), "{:?}", all.node(number).node().alarms());
        all.stop(number).await;
    }
}
