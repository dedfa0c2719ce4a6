//! Nodes that die: the others go on, nothing acknowledged is lost, nothing is acknowledged falsely.

use std::time::Duration;

use kontor_ledger::{receipt::Receipt, record::RecordId};
use kontor_tests::{Bank, Network};
use serde_json::json;

const WAIT: Duration = Duration::from_secs(15);

async fn accepted(bank: &Bank, number: u64) -> RecordId {
    let record = bank.anchor(number);
    let (status, answer) = bank.submit(vec![record.clone()], WAIT).await;
    assert_eq!((status.as_u16(), &answer["outcome"]), (201, &json!("accepted")), "{answer}");
    record.id()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "slow: kills and restarts nodes"]
async fn one_node_may_die_two_stop_the_network_and_nothing_is_lost() {
    let mut network = Network::start().await;
    let nodes = network.nodes();
    let bank = network.bank("bank-a");
    let mut acknowledged = vec![accepted(&bank, 1).await];

    // One dead: the other three go on.
    network.processes.kill(&nodes[3]).await;
    for number in 2..12 {
        acknowledged.push(accepted(&bank, number).await);
    }
    // Restarted, it catches up.
    network.processes.restart(&nodes[3]).unwrap();
    network.processes.ready().await.unwrap();
    let late = network.bank("bank-d");
    for record in &acknowledged {
        assert_eq!(late.knows(record).await["position"], bank.knows(record).await["position"]);
    }

    // Two dead: nothing is acknowledged.
    network.processes.kill(&nodes[2]).await;
    network.processes.kill(&nodes[3]).await;
    let stuck = bank.anchor(100);
    let (status, answer) = bank.submit(vec![stuck.clone()], Duration::from_secs(4)).await;
    assert_eq!(status.as_u16(), 202, "{answer}");
    assert!(bank.outcome(&stuck.id()).await.is_none());
    // One of them back: it goes on, and the record that waited becomes final.
    network.processes.restart(&nodes[2]).unwrap();
    network.processes.ready().await.unwrap();
    let (status, answer) = bank.submit(vec![stuck.clone()], Duration::from_secs(30)).await;
    assert_eq!(status.as_u16(), 201, "{answer}");
    acknowledged.push(stuck.id());
    network.processes.restart(&nodes[3]).unwrap();
    network.processes.ready().await.unwrap();

    // All dead at once: everything acknowledged is still there, with a receipt that holds.
    for number in 200..210 {
        acknowledged.push(accepted(&bank, number).await);
    }
    for node in &nodes {
        network.processes.kill(node).await;
    }
    for node in &nodes {
        network.processes.restart(node).unwrap();
    }
    network.processes.ready().await.unwrap();
    let hash = network.genesis.hash();
    for party in ["bank-a", "bank-b", "bank-c", "bank-d"] {
        let bank = network.bank(party);
        for record in &acknowledged {
            bank.knows(record).await;
        }
        let last = acknowledged.last().unwrap();
        let url = format!("{}/v1/records/{last}/receipt", bank.node.public);
        let receipt: Receipt = bank.http.get(url).send().await.unwrap().json().await.unwrap();
        assert_eq!(kontor_ledger::receipt::verify(&receipt, &hash).unwrap().record, *last);
        let mut forged = receipt;
        forged.position += 1;
        assert!(kontor_ledger::receipt::verify(&forged, &hash).is_err());
    }
    accepted(&bank, 300).await;
    network.processes.stop().await;
}
