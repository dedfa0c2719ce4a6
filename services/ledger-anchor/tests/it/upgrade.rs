//! A later version of the rules holds from the block that the members decided on, under load, and a replay of the
//! whole log judges each block by its own version.

use kontor_ledger::{
    governance::Change,
    record::{Body, Nonce, Record, Unsigned},
};
use kontor_ledger_anchor::{
    node::follower::FinalBlock,
    replay::{Replay, Replayed},
    rules::RULES,
};
use kontor_sealing::{Hash, SigningKey};
use serde_json::json;

use crate::consortium::{Consortium, code};

/// An alert by the only officer: a kind that the first version of the rules does not know.
fn alert(network: Hash, number: u64) -> Record {
    let officer = SigningKey::from_seed(&[200; 32]);
    let text = json!({
        "kind": "supervision-alert",
        "alert": { "rule": "test", "severity": "notice", "text": number.to_string(), "documents": [], "claims": [] },
    });
    let body: Body = serde_json::from_value(text).unwrap();
    Unsigned { network, body, nonce: Nonce(number), author: officer.public() }.sign(&officer, code(0))
}

/// Every block from a bank's node, run again.
async fn replay(all: &Consortium, number: u8) -> Replayed {
    let mut replay = Replay::new(all.genesis.clone()).unwrap();
    let address = format!("http://{}", all.node(number).http());
    let height = all.node(number).node().progress().borrow().height;
    let mut next = 1;
    while next <= height {
        let answer = reqwest::get(format!("{address}/v1/blocks?from={next}")).await.unwrap();
        let blocks: Vec<FinalBlock> = minicbor::decode(&answer.bytes().await.unwrap()).unwrap();
        for block in blocks {
            replay.block(&block).unwrap();
            next = block.header.height + 1;
        }
    }
    replay.finish().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_version_of_the_rules_holds_from_its_block_on() {
    let mut all = Consortium::with_rules(4, 4, RULES - 1);
    for number in 0..4 {
        all.start(number).await;
    }
    let (network, bank) = (all.genesis.hash(), all.bank(0));
    let (status, answer) = bank.submit(vec![alert(network, 1)]).await.unwrap();
    assert!(status == 422 && answer["type"].as_str().unwrap().ends_with("/not-active-yet"), "{answer}");
    let early = all.height(0) + 1;
    let too_early = Change::Rules { version: RULES, height: early };
    let (status, answer) = all.propose(0, too_early).await;
    assert_eq!((status, &answer["code"]), (422, &json!("rules-version-unfit")));

    let from = all.height(0) + 24;
    all.decide(Change::Rules { version: RULES, height: from }, &[0, 1, 2]).await;
    let mut number = 10;
    loop {
        let (status, answer) = bank.submit(vec![alert(network, number)]).await.unwrap();
        number += 1;
        if status == 201 {
            break;
        }
        assert!(status == 422 && answer["type"].as_str().unwrap().ends_with("/not-active-yet"), "{answer}");
        // Blocks go on: each record that is taken is one.
        bank.accepted(Body::AnchorNotarise { digest: Hash::sm3(&[&number.to_be_bytes()]) }).await;
        assert!(number < 100, "the rules never came into force");
    }
    // Exactly from that block on, on every node and in a replay.
    assert!(all.height(0) >= from, "accepted at {} before {from}", all.height(0));
    for node in 0..4 {
        let replayed = replay(&all, node).await;
        assert!(!replayed.refused.contains_key("not-active-yet"), "{:?}", replayed.refused);
        assert_eq!(replayed.refused["rules-version-unfit"], 1);
    }
    for number in 0..4 {
        all.stop(number).await;
    }
}
