//! The log as those see it who check it.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use kontor_ledger::{
    certificate::Certificate,
    merkle::{verify_consistency, verify_inclusion},
    receipt::Receipt,
};
use kontor_sealing::Hash;
use serde_json::{Value, json};

use crate::network::{BANK, Network, Node};

async fn fill(network: &Network, node: &Node, numbers: std::ops::Range<u64>) -> (u64, Hash) {
    let batch = network.batch(numbers.map(|number| network.anchor(number, BANK)).collect(), BANK);
    assert_eq!(node.submit(&batch).await.0, 200);
    let (status, checkpoint) = node.get("/v1/checkpoints/latest").await;
    assert_eq!(status, 200);
    (checkpoint["size"].as_u64().unwrap(), checkpoint["root"].as_str().unwrap().parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn checkpoints_follow_from_one_another() {
    let network = Network::new();
    let node = network.started().await;
    let (old, old_root) = fill(&network, &node, 0..260).await;
    let (new, new_root) = fill(&network, &node, 260..600).await;
    assert_eq!((old, new), (260, 600));
    let (status, answer) = node.get(&format!("/v1/proofs/consistency?from={old}&to={new}")).await;
    let path: Vec<Hash> = serde_json::from_value(answer["proof"].clone()).unwrap();
    assert_eq!((status, verify_consistency(old, &old_root, new, &new_root, &path)), (200, Ok(())));
    assert!(verify_consistency(old, &new_root, new, &new_root, &path).is_err());
    assert_eq!(node.get("/v1/proofs/consistency?from=1&to=601").await.0, 404);
    assert_eq!(node.get("/v1/proofs/consistency?from=0&to=10").await.0, 400);

    // The certificate is the validators' over a block with this root.
    let (_, checkpoint) = node.get("/v1/checkpoints/latest").await;
    let certificate: Certificate = serde_json::from_value(checkpoint["certificate"].clone()).unwrap();
    assert_eq!(certificate.verify(&network.genesis.hash(), &network.genesis.validators()), Ok(()));
    let block: kontor_ledger::block::BlockHeader = serde_json::from_value(checkpoint["block"].clone()).unwrap();
    assert_eq!((block.digest(), block.log_root), (certificate.payload, new_root));
    let (status, note) = node.bytes("/v1/checkpoints/latest/note").await;
    let note = String::from_utf8(note).unwrap();
    assert!(status == 200 && note.starts_with("kontor.network/") && note.lines().nth(1) == Some("600"), "{note}");
    let (text, line) = note.split_once("\n\n").unwrap();
    let (_, shown) = node.get("/v1/network").await;
    let (name, rest) = shown["noteKey"].as_str().unwrap().split_once('+').unwrap();
    let (id, key) = rest.split_once('+').unwrap();
    let (signer, signature) = line.strip_prefix("\u{2014} ").unwrap().trim_end().split_once(' ').unwrap();
    let (signature, key) = (BASE64_STANDARD.decode(signature).unwrap(), BASE64_STANDARD.decode(key).unwrap());
    assert_eq!((signer, hex::encode(&signature[..4]).as_str()), (name, id));
    let key = ed25519_dalek::VerifyingKey::from_bytes(key[1..].try_into().unwrap()).unwrap();
    let signature = ed25519_dalek::Signature::from_slice(&signature[4..]).unwrap();
    assert!(key.verify_strict(format!("{text}\n").as_bytes(), &signature).is_ok());
    node.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tiles_hold_what_receipts_prove() {
    let network = Network::new();
    let node = network.started().await;
    let (size, root) = fill(&network, &node, 0..300).await;
    let (status, full) = node.bytes("/v1/tile/0/000").await;
    assert_eq!((status, full.len()), (200, 256 * 32));
    let (status, part) = node.bytes("/v1/tile/0/001.p/44").await;
    assert_eq!((status, part.len()), (200, 44 * 32));
    for path in ["/v1/tile/0/002", "/v1/tile/0/1", "/v1/tile/0/001.p/45"] {
        assert_eq!(node.bytes(path).await.0, 404, "{path}");
    }
    let position = 270;
    let id = network.anchor(position, BANK).id();
    let (_, receipt) = node.get(&format!("/v1/records/{id}/receipt")).await;
    let receipt: Receipt = serde_json::from_value(receipt).unwrap();
    let leaf: [u8; 32] = part[(270 - 256) * 32..][..32].try_into().unwrap();
    let path = receipt.inclusion;
    assert_eq!((receipt.position, verify_inclusion(Hash::from_bytes(leaf), 270, size, &path, &root)), (270, Ok(())));
    node.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_network_tells_who_and_where_it_is() {
    let network = Network::new();
    let node = network.started().await;
    fill(&network, &node, 0..2).await;
    let (status, shown) = node.get("/v1/network").await;
    assert_eq!(
        (status, &shown["size"], &shown["halted"], &shown["epoch"]["number"]),
        (200, &json!(2), &json!(false), &json!(0))
    );
    assert_eq!(shown["members"].as_array().map(Vec::len), Some(2));
    let (status, genesis) = node.get("/v1/genesis").await;
    let genesis: kontor_ledger::Genesis = serde_json::from_value(genesis).unwrap();
    assert_eq!((status, genesis.hash()), (200, network.genesis.hash()));
    for reference in [Hash::default().to_string(), "attestation:00".into(), "nonsense".into()] {
        assert_eq!(node.get(&format!("/v1/objects/{reference}")).await.0, 404, "{reference}");
    }
    let (status, problem) = node.get("/v1/records?from=x").await;
    assert_eq!((status, problem["type"].is_string()), (400, true));
    node.running.stop().await;
}

/// An observer has the same log, checked by itself, and passes on what is submitted to it.
#[tokio::test(flavor = "multi_thread")]
async fn an_observer_follows_and_passes_records_on() {
    let network = Network::new();
    let node = network.started().await;
    let (size, root) = fill(&network, &node, 0..50).await;
    let observer = network.start(network.observer(&node)).await.unwrap_or_else(|error| panic!("{error}"));
    observer.reaches(size).await;
    let (_, checkpoint) = observer.get("/v1/checkpoints/latest").await;
    assert_eq!((&checkpoint["size"], &checkpoint["root"]), (&json!(size), &json!(root)));
    let regulator = crate::network::REGULATOR;
    let (status, answer) = observer.submit(&network.batch(vec![network.anchor(60, regulator)], regulator)).await;
    assert_eq!((status, &answer["outcome"]), (201, &json!("accepted")), "{answer}");
    // Another member's too, whose own node may be down.
    let observer = network.guest(BANK, observer);
    let (status, answer) = observer.submit(&network.batch(vec![network.anchor(61, BANK)], BANK)).await;
    assert_eq!((status, &answer["outcome"]), (201, &json!("accepted")), "{answer}");
    // The services of a member send what it sponsors, and nothing else.
    let (status, _) = observer.submit(&network.batch(vec![network.anchor(62, regulator)], regulator)).await;
    assert_eq!(status, 403);
    let (_, of_both): (Vec<u16>, Vec<Value>) =
        [node.get("/v1/records?from=50").await, observer.get("/v1/records?from=50").await].into_iter().unzip();
    assert_eq!(of_both[0], of_both[1]);
    // What is final waits no more.
    for _ in 0..100 {
        if observer.running.node().load() == (0, 0) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(observer.running.node().load(), (0, 0));
    observer.running.stop().await;
    node.running.stop().await;
}
