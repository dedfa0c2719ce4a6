//! Starts: from what was left, or not at all.

use std::fs;

use serde_json::json;

use crate::network::{BANK, Network, REGULATOR};

#[tokio::test(flavor = "multi_thread")]
async fn a_node_goes_on_where_it_stopped() {
    let network = Network::new();
    let node = network.started().await;
    let batch = network.batch((0..300).map(|number| network.anchor(number, BANK)).collect(), BANK);
    assert_eq!(node.submit(&batch).await.0, 200);
    let (_, before) = node.get("/v1/checkpoints/latest").await;
    node.running.stop().await;

    let node = network.started().await;
    assert_eq!(node.get("/v1/checkpoints/latest").await, (200, before));
    let (status, again) = node.submit(&batch).await;
    assert_eq!((status, &again[299]["position"]), (200, &json!(299)));
    let (status, next) = node.submit(&network.batch(vec![network.anchor(300, BANK)], BANK)).await;
    assert_eq!((status, &next["position"]), (201, &json!(300)));
    node.running.stop().await;

    // Tiles that are lost are built again from the records.
    fs::remove_dir_all(network.path("bank/store/log")).unwrap();
    let node = network.started().await;
    let id = network.anchor(7, BANK).id();
    assert_eq!(node.get(&format!("/v1/records/{id}/receipt")).await.0, 200);
    node.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_that_could_do_harm_is_refused_in_one_line() {
    let network = Network::new();
    let node = network.started().await;
    assert_eq!(node.submit(&network.batch(vec![network.anchor(1, BANK)], BANK)).await.0, 201);
    let refused = async |config| {
        let error = network.start(config).await.err().expect("does not start").to_string();
        assert!(!error.contains('\n'), "{error}");
        error
    };
    // One folder, one key, one node.
    let twice = refused(network.validator()).await;
    assert!(twice.contains("in use"), "{twice}");
    let mut elsewhere = network.validator();
    elsewhere["data"] = json!(network.path("elsewhere"));
    let twice = refused(elsewhere).await;
    assert!(twice.contains("in use"), "{twice}");
    node.running.stop().await;

    let mut other_member = network.validator();
    other_member["member"] = json!(REGULATOR);
    let wrong = refused(other_member).await;
    assert!(wrong.contains(REGULATOR), "{wrong}");
    // Votes that are lost could be cast twice.
    let votes = network.path("bank/ordering");
    fs::rename(&votes, network.path("away")).unwrap();
    let lost = refused(network.validator()).await;
    assert!(lost.contains("journal"), "{lost}");
    fs::rename(network.path("away"), &votes).unwrap();
    let mut genesis = network.genesis.clone();
    genesis.name = "another".into();
    fs::write(network.path("genesis.json"), serde_json::to_string(&genesis).unwrap()).unwrap();
    let other = refused(network.validator()).await;
    assert!(other.contains("network"), "{other}");
    fs::write(network.path("genesis.json"), "{").unwrap();
    let damaged = refused(network.validator()).await;
    assert!(damaged.contains("genesis"), "{damaged}");
}
