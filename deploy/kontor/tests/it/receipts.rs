//! `kontor verify`: a receipt of a real network, offline, and every way in which it may be wrong.

use std::{fs, path::Path};

use kontor::consortium::{
    manifest::Manifest,
    plan::ServiceKind,
    start::{free_base, start},
};
use kontor_chassis::{client, config};
use kontor_ledger::{
    Batch, Body, Nonce, Receipt, Unsigned,
    client::{LedgerClient, Node},
};
use kontor_sealing::{Hash, PartySeed};

use crate::setup::{json, refused, run, text};

/// Bank A notarises a digest on a network of its own; the network is gone when the receipt is back.
async fn receipt(folder: &Path) -> (Hash, Receipt) {
    let running = start(folder, Some(free_base().expect("ports"))).await.expect("starts");
    let manifest: &Manifest = &running.manifest;
    let node = manifest.service(ServiceKind::LedgerAnchor, "bank-a").expect("a node");
    let config: kontor_ledger_anchor::Config = config::load(Some(&node.config)).expect("configuration");
    let identity = config.listen.mutual_tls.expect("mutual TLS");
    let nodes = vec![Node { http: node.public.clone(), mutual_tls: Some(node.members.clone()) }];
    let http = client::members_and_public(&identity).expect("client");
    let ledger = LedgerClient::new(http, nodes, manifest.network);

    let seed = hex::decode(fs::read_to_string(folder.join("bank-a/seed")).expect("seed")).expect("digits");
    let key = PartySeed::from_bytes(&seed.try_into().expect("32 bytes")).identity();
    let body = Body::AnchorNotarise { digest: Hash::sm3(&[b"a delivery note"]) };
    let unsigned = Unsigned { network: manifest.network, body, nonce: Nonce(1), author: key.public() };
    let batch = Batch::sign(vec![unsigned.sign(&key, config.member)], config.member, &key).expect("a batch");
    let done = ledger.submit_one(&batch).await.expect("final");
    let receipt = ledger.receipt(&done.id).await.expect("holds").expect("is there");
    let network = manifest.network;
    running.stop().await;
    (network, receipt)
}

type Alteration<'a> = &'a dyn Fn(&mut serde_json::Value);

#[test]
fn a_receipt_holds_offline_and_an_altered_one_does_not() {
    let temporary = tempfile::tempdir().expect("folder");
    let runtime = tokio::runtime::Runtime::new().expect("runtime");
    let (network, receipt) = runtime.block_on(receipt(&temporary.path().join("network")));
    let file = |name: &str, value: &serde_json::Value| {
        let path = temporary.path().join(name);
        fs::write(&path, value.to_string()).expect("writes");
        text(path)
    };
    let genuine = serde_json::to_value(&receipt).expect("JSON");
    let path = file("receipt.json", &genuine);
    let network = network.to_string();

    let proven = json(&["verify", &path, "--network", &network, "--json"]);
    assert_eq!((&proven["valid"], &proven["pinned"]), (&true.into(), &true.into()));
    assert_eq!(proven["record"], receipt.record.id().to_string());
    assert_eq!(json(&["verify", &path, "--json"])["pinned"], false);
    let shown = run(&["verify", &path]);
    assert!(shown.ok && shown.out.contains("its own word") && shown.out.contains("accepted"), "{}", shown.out);
    assert!(refused(&["verify", &path, "--network", &"0".repeat(64)]).contains("is from the network"));

    let digit = |value: &serde_json::Value| {
        let mut text = value.as_str().expect("digits").to_owned();
        let last = if text.ends_with('0') { "1" } else { "0" };
        text.replace_range(text.len() - 1.., last);
        serde_json::Value::from(text)
    };
    let alterations: [(&str, Alteration<'_>); 6] = [
        ("outcome", &|receipt| receipt["outcome"] = "duplicate".into()),
        ("record", &|receipt| receipt["record"]["body"]["digest"] = digit(&receipt["record"]["body"]["digest"])),
        ("position", &|receipt| receipt["position"] = 5.into()),
        ("root", &|receipt| receipt["block"]["logRoot"] = digit(&receipt["block"]["logRoot"])),
        ("votes", &|receipt| receipt["certificate"]["votes"] = serde_json::json!([])),
        ("genesis", &|receipt| receipt["genesis"]["parameters"]["maxAdvanceRate"] = 10_000.into()),
    ];
    for (name, alter) in alterations {
        let mut altered = genuine.clone();
        alter(&mut altered);
        assert_ne!(altered, genuine, "{name}");
        let path = file(&format!("{name}.json"), &altered);
        let line = refused(&["verify", &path, "--network", &network]);
        assert!(line.contains(&path), "{name}: {line}");
        assert!(run(&["verify", &path, "--network", &network, "--json"]).out.contains("\"valid\":false"), "{name}");
    }
    let cut = temporary.path().join("cut.json");
    fs::write(&cut, &genuine.to_string()[..200]).expect("writes");
    assert!(refused(&["verify", &text(cut)]).contains("is no receipt"));
}
