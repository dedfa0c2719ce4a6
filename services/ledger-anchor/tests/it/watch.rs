//! A fork: the only validator certifies another log for a member's node to show.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use actix_web::{App, HttpResponse, HttpServer, web};
use ed25519_dalek::Signer as _;
use kontor_ledger::{
    block::BlockHeader,
    certificate::{Certificate, Vote},
};
use kontor_sealing::{Hash, Signature};
use serde_json::{Value, json};

use crate::network::{BANK, Network, Node, REGULATOR};

type Shown = Arc<Mutex<Value>>;

/// Another member's node that shows what it is told to.
fn other_node(shown: Shown) -> (String, tokio::task::JoinHandle<std::io::Result<()>>) {
    let server = HttpServer::new(move || {
        let shown = Arc::clone(&shown);
        App::new().route(
            "/v1/checkpoints/latest",
            web::get().to(move || {
                let value = shown.lock().unwrap().clone();
                async move { HttpResponse::Ok().json(value) }
            }),
        )
    });
    let server = server.workers(1).disable_signals().bind(("127.0.0.1", 0)).unwrap();
    let address = format!("http://{}", server.addrs()[0]);
    (address, tokio::spawn(server.run()))
}

async fn alarms(node: &Node) -> Vec<Value> {
    node.get("/v1/network").await.1["alarms"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certified_other_log_raises_an_alarm_that_names_its_signers() {
    let network = Network::new();
    let shown = Shown::default();
    let (address, server) = other_node(Arc::clone(&shown));
    let mut config = network.validator();
    config["compare"] = json!(1);
    config["peers"] = json!([{ "member": REGULATOR, "http": address }]);
    let node = network.start(config).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(node.submit(&network.batch(vec![network.anchor(1, BANK)], BANK)).await.0, 201);
    let (_, checkpoint) = node.get("/v1/checkpoints/latest").await;

    let mut block: BlockHeader = serde_json::from_value(checkpoint["block"].clone()).unwrap();
    let mut certificate: Certificate = serde_json::from_value(checkpoint["certificate"].clone()).unwrap();
    block.log_root = Hash::sm3(&[b"another log"]);
    certificate.payload = block.digest();
    let unproven = json!({ "block": block, "certificate": certificate });
    // The same log is no fork, and neither is what nobody signed.
    for harmless in [checkpoint, unproven, json!("nonsense")] {
        *shown.lock().unwrap() = harmless;
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        assert_eq!(alarms(&node).await, [] as [Value; 0]);
    }

    let seed = hex::decode(std::fs::read_to_string(network.path("validator")).unwrap()).unwrap();
    let key = ed25519_dalek::SigningKey::from_bytes(&seed.try_into().unwrap());
    let signature = key.sign(&certificate.message(&network.genesis.hash()));
    certificate.votes = vec![Vote { signer: 0, signature: Signature::from_bytes(signature.to_bytes()) }];
    *shown.lock().unwrap() = json!({ "block": block, "certificate": certificate });
    let mut raised = Vec::new();
    for _ in 0..50 {
        tokio::time::sleep(Duration::from_millis(200)).await;
        raised = alarms(&node).await;
        if !raised.is_empty() {
            break;
        }
    }
    let detail = raised[0]["detail"].as_str().unwrap();
    assert_eq!((raised.len(), &raised[0]["kind"]), (1, &json!("fork")));
    assert!(detail.contains(REGULATOR) && detail.ends_with(&format!("signed for both logs by {BANK}")), "{detail}");
    node.running.stop().await;
    server.abort();
}
