//! Submitting, and what is told of records.

use std::time::Duration;

use kontor_ledger::receipt::{self, Receipt};
use serde_json::json;

use crate::network::{BANK, Network, REGULATOR};

#[tokio::test(flavor = "multi_thread")]
async fn a_record_is_final_by_itself_and_has_a_receipt() {
    let network = Network::new();
    let node = network.started().await;
    let record = network.anchor(1, BANK);
    let batch = network.batch(vec![record.clone()], BANK);
    let (status, first) = node.submit(&batch).await;
    assert_eq!((status, &first["outcome"], &first["position"]), (201, &json!("accepted"), &json!(0)));
    // The same record again, as CBOR or JSON, is the same record.
    assert_eq!(node.submit(&batch).await, (201, first.clone()));
    let as_json = serde_json::to_vec(&batch).unwrap();
    assert_eq!(node.post("/v1/records", "application/json", as_json).await, (201, first));

    let id = record.id();
    let (status, shown) = node.get(&format!("/v1/records/{id}")).await;
    assert_eq!((status, &shown["outcome"]), (200, &json!("accepted")));
    let (status, answer) = node.get(&format!("/v1/records/{id}/receipt")).await;
    assert_eq!(status, 200);
    let receipt: Receipt = serde_json::from_value(answer).unwrap();
    let verified = receipt::verify(&receipt, &network.genesis.hash()).unwrap();
    assert_eq!((verified.record, receipt.record), (id, record));
    let (status, problem) = node.get(&format!("/v1/records/{}", network.anchor(9, BANK).id())).await;
    assert_eq!((status, &problem["status"]), (404, &json!(404)));
    node.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_answered_record_by_record() {
    let network = Network::new();
    let node = network.started().await;
    let batch = network.batch((1..=300).map(|number| network.anchor(number, BANK)).collect(), BANK);
    let (status, answer) = node.submit(&batch).await;
    assert_eq!((status, answer.as_array().map(Vec::len)), (200, Some(300)));
    for (position, one) in answer.as_array().unwrap().iter().enumerate() {
        assert_eq!((&one["position"], &one["outcome"]), (&json!(position), &json!("accepted")));
    }
    // Part of it again beside what is new.
    let batch = network.batch((299..=302).map(|number| network.anchor(number, BANK)).collect(), BANK);
    let (status, answer) = node.submit(&batch).await;
    let positions: Vec<_> = answer.as_array().unwrap().iter().map(|one| one["position"].clone()).collect();
    assert_eq!((status, positions), (200, vec![json!(298), json!(299), json!(300), json!(301)]));
    let (status, page) = node.get("/v1/records?from=298&limit=10").await;
    assert_eq!((status, &page["size"], page["records"].as_array().map(Vec::len)), (200, &json!(302), Some(4)));
    // Not waited for: the answer says where to ask.
    let batch = network.batch(vec![network.anchor(400, BANK)], BANK);
    let body = kontor_ledger::encoding::to_cbor(&batch);
    let (status, answer) = node.post("/v1/records?timeout=0", "application/cbor", body).await;
    assert!(matches!(status, 201 | 202), "{answer}");
    node.reaches(303).await;
    node.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_sponsor_sends_its_records() {
    let network = Network::new();
    let node = network.started().await;
    let (status, problem) = node.submit(&network.batch(vec![network.anchor(1, REGULATOR)], REGULATOR)).await;
    assert_eq!((status, &problem["errors"][0]["pointer"]), (403, &json!("/sponsor")), "{problem}");
    let (status, _) = node.post("/v1/records", "text/plain", b"records".to_vec()).await;
    assert_eq!(status, 415);
    // The public listener takes none.
    let public = reqwest::Client::builder().build().unwrap().post(node.public("/v1/records"));
    assert!(public.body("[]").send().await.unwrap().status().is_client_error());
    assert_eq!(node.running.node().progress().borrow().size, 0);
    node.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_come_in_order_and_are_resumed() {
    let network = Network::new();
    let node = network.started().await;
    let batch = network.batch((1..=3).map(|number| network.anchor(number, BANK)).collect(), BANK);
    assert_eq!(node.submit(&batch).await.0, 200);
    let read = async |last: Option<&str>, until: &str| {
        let client = reqwest::Client::new();
        let mut request = client.get(node.public("/v1/events?from=0&kinds=anchor"));
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let mut response = request.send().await.unwrap();
        let mut text = String::new();
        while !text.contains(until) {
            let chunk = tokio::time::timeout(Duration::from_secs(10), response.chunk()).await.expect("an event");
            text.push_str(&String::from_utf8_lossy(&chunk.unwrap().expect("more")));
        }
        text
    };
    let all = read(None, "id: 2").await;
    let places: Vec<_> = (0..3).map(|place| all.find(&format!("id: {place}\n"))).collect();
    assert!(places.is_sorted() && places.iter().all(Option::is_some), "{all}");
    let rest = read(Some("1"), "id: 2").await;
    assert!(!rest.contains("id: 1\n"), "{rest}");
    node.running.stop().await;
}
