//! Nodes that die: the others go on, nothing acknowledged is lost, nothing is acknowledged falsely.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use kontor_ledger::record::{Record, RecordId};
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
        let receipt = bank.receipt(last).await;
        assert_eq!(kontor_ledger::receipt::verify(&receipt, &hash).unwrap().record, *last);
        let mut forged = receipt;
        forged.position += 1;
        assert!(kontor_ledger::receipt::verify(&forged, &hash).is_err());
    }
    accepted(&bank, 300).await;
    network.processes.stop().await;
}

/// Submits batches through one bank until told to stop; what was acknowledged as accepted.
pub async fn load(bank: Arc<Bank>, first: u64, stop: Arc<AtomicBool>) -> Vec<RecordId> {
    let mut acknowledged = Vec::new();
    for batch in 0.. {
        if stop.load(Relaxed) {
            break;
        }
        let numbers = (0..5).map(|place| first + batch * 5 + place);
        let records: Vec<_> = numbers.map(|number| bank.anchor(number)).collect();
        let ids: Vec<RecordId> = records.iter().map(Record::id).collect();
        let (status, answer) = bank.submit(records, WAIT).await;
        assert!(matches!(status.as_u16(), 200 | 202), "{status} {answer}");
        for (id, one) in ids.into_iter().zip(answer.as_array().unwrap()) {
            if one["outcome"] == "accepted" {
                acknowledged.push(id);
            }
        }
    }
    acknowledged
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "slow: kills nodes under load"]
async fn killed_under_load_nothing_acknowledged_is_lost_and_all_agree() {
    let mut network = Network::start().await;
    let nodes = network.nodes();
    let stop = Arc::new(AtomicBool::new(false));
    let loads: Vec<_> = (1..)
        .zip(["bank-a", "bank-b"])
        .map(|(place, party)| tokio::spawn(load(Arc::new(network.bank(party)), place << 32, Arc::clone(&stop))))
        .collect();
    for round in 0..3 {
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        // A node that takes none of the load, each time with another state of the others.
        let node = &nodes[2 + round % 2];
        network.processes.kill(node).await;
        tokio::time::sleep(Duration::from_millis(1_000)).await;
        network.processes.restart(node).unwrap();
        network.processes.ready().await.unwrap();
    }
    stop.store(true, Relaxed);
    let mut acknowledged = Vec::new();
    for load in loads {
        acknowledged.extend(load.await.unwrap());
    }
    assert!(acknowledged.len() > 100, "{} records in some 8 s", acknowledged.len());

    let hash = network.genesis.hash();
    let last = accepted(&network.bank("bank-a"), 1).await;
    let mut checkpoints = Vec::new();
    for party in ["bank-a", "bank-b", "bank-c", "bank-d"] {
        let bank = network.bank(party);
        bank.knows(&last).await;
        for record in &acknowledged {
            let receipt = bank.receipt(record).await;
            assert_eq!(kontor_ledger::receipt::verify(&receipt, &hash).unwrap().record, *record);
        }
        checkpoints.push(bank.checkpoint().await);
    }
    checkpoints.dedup();
    assert_eq!(checkpoints.len(), 1, "{checkpoints:?}");
    network.processes.stop().await;
}
