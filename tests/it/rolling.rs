//! Another program for one node after the other, while the network works.
//!
//! `KONTOR_PREVIOUS` names the program of the release before; it creates the network then and runs it at first.
//! Without it the network is upgraded to the program that it runs already, which still ends and starts every node.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use kontor_tests::{Network, kontor};

use crate::faults::load;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "slow: replaces every service of a network under load"]
async fn every_service_is_replaced_and_nothing_is_lost() {
    let previous = std::env::var_os("KONTOR_PREVIOUS").map_or_else(kontor, PathBuf::from);
    let mut network = Network::of(previous).await;
    let stop = Arc::new(AtomicBool::new(false));
    let loads: Vec<_> = (1..)
        .zip(["bank-a", "bank-b"])
        .map(|(place, party)| tokio::spawn(load(Arc::new(network.bank(party)), place << 32, Arc::clone(&stop))))
        .collect();
    // A client's own node is away for a moment like any other: clients of these two wait meanwhile.
    let nodes = network.nodes();
    for node in &nodes[2..] {
        tokio::time::sleep(Duration::from_millis(500)).await;
        network.processes.replace(node, &kontor()).await.unwrap();
        network.processes.ready().await.unwrap();
    }
    stop.store(true, Relaxed);
    let mut acknowledged = Vec::new();
    for load in loads {
        acknowledged.extend(load.await.unwrap());
    }
    assert!(acknowledged.len() > 50, "{} records", acknowledged.len());
    for node in &nodes[..2] {
        network.processes.replace(node, &kontor()).await.unwrap();
        network.processes.ready().await.unwrap();
    }
    let others: Vec<_> = network.manifest().services.iter().filter(|entry| !nodes.contains(entry)).cloned().collect();
    for service in &others {
        network.processes.replace(service, &kontor()).await.unwrap();
    }
    network.processes.ready().await.unwrap();

    let last = network.bank("bank-d").anchor(1);
    let (status, answer) = network.bank("bank-d").submit(vec![last.clone()], Duration::from_secs(20)).await;
    assert_eq!(status.as_u16(), 201, "{answer}");
    let mut checkpoints = Vec::new();
    for party in ["bank-a", "bank-b", "bank-c", "bank-d"] {
        let bank = network.bank(party);
        bank.knows(&last.id()).await;
        for record in &acknowledged {
            bank.knows(record).await;
        }
        checkpoints.push(bank.checkpoint().await);
    }
    assert!(checkpoints.windows(2).all(|pair| pair[0] == pair[1]), "{checkpoints:?}");
    network.processes.stop().await;
}
