//! What a node says about itself: no room, no order, and what became final.

use kontor_ledger::record::Body;
use kontor_sealing::Hash;
use serde_json::{Value, json};

use crate::{
    consortium::Consortium,
    network::{BANK, Network, Node},
};

async fn alarm(node: &Node, kind: &str) -> Option<String> {
    let (_, shown) = node.get("/v1/network").await;
    let alarms = shown["alarms"].as_array().unwrap();
    alarms.iter().find(|alarm| alarm["kind"] == kind).map(|alarm| alarm["detail"].as_str().unwrap().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_takes_no_new_records_and_says_so() {
    let network = Network::new();
    let mut config = network.validator();
    // More than any disk has.
    config["alarms"] = json!({ "disk_floor": u64::MAX >> 30 });
    let node = network.start(config).await.unwrap_or_else(|error| panic!("{error}"));
    let mut refused = Value::Null;
    for number in 0..100 {
        let (status, answer) = node.submit(&network.batch(vec![network.anchor(number, BANK)], BANK)).await;
        if status == 507 {
            refused = answer;
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(refused["type"].as_str().unwrap().ends_with("/disk-full"), "{refused}");
    assert!(alarm(&node, "disk").await.unwrap().contains("no new records are taken"));
    let size = node.running.node().progress().borrow().size;
    assert_eq!(node.submit(&network.batch(vec![network.anchor(900, BANK)], BANK)).await.0, 507);
    assert_eq!(node.running.node().progress().borrow().size, size);
    node.running.stop().await;

    let node = network.started().await;
    assert_eq!(node.submit(&network.batch(vec![network.anchor(900, BANK)], BANK)).await.0, 201);
    assert_eq!(alarm(&node, "disk").await, None);
    let (status, activity) = node.get("/v1/network/activity").await;
    let spans = activity["spans"].as_array().unwrap();
    assert_eq!((status, spans.last().map(|span| &span["accepted"])), (200, Some(&json!(1))));
    assert!(spans.last().unwrap()["finalityP50"].as_f64().unwrap() > 0.0);
    node.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn records_that_nobody_orders_raise_an_alarm_until_they_are_ordered() {
    let mut all = Consortium::new(4, 4);
    all.settings = json!({ "alarms": { "stalled": 1 } });
    for number in 0..4 {
        all.start(number).await;
    }
    let anchor = |text: &[u8]| Body::AnchorNotarise { digest: Hash::sm3(&[text]) };
    all.bank(0).accepted(anchor(b"before")).await;
    for number in [2, 3] {
        all.stop(number).await;
    }
    let bank = all.bank(0);
    let waiting = tokio::spawn(async move { bank.accepted(anchor(b"waits")).await });
    let kinds =
        |all: &Consortium| all.node(0).node().alarms().iter().map(|alarm| alarm.kind.as_str()).collect::<Vec<_>>();
    let mut raised = false;
    for _ in 0..100 {
        raised |= kinds(&all) == ["stalled"];
        if raised {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert!(raised, "{:?}", kinds(&all));
    all.start(2).await;
    waiting.await.unwrap();
    for _ in 0..50 {
        if kinds(&all).is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(kinds(&all), [] as [&str; 0]);
    for number in 0..3 {
        all.stop(number).await;
    }
}
