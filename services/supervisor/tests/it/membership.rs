//! The regulator changes its key.

use kontor_ledger::{genesis::Genesis, member::Member};
use kontor_sealing::PartySeed;
use kontor_testkit::{FakeNode, TestDatabase};
use reqwest::Method;

use crate::network::Network;

#[tokio::test]
async fn a_regulator_that_rotated_its_key_supervises_with_the_new_one() {
    let (node, database) = (FakeNode::start().await, TestDatabase::sqlite());
    let seed = PartySeed::from_bytes(&[3; 32]);
    let identity = seed.identity().public();
    let rotated = |member: &Member| Member { identity, ..member.clone() };
    let tell = |genesis: &Genesis| {
        let members: Vec<_> = genesis.members.iter().map(rotated).collect();
        node.list(genesis, 1, &members, &[]);
    };
    let network = Network::with_node(&database, seed, &node.url(), tell).await;
    assert_eq!(network.checked(Method::GET, "/v1/market", "", None).await.0, 200);
    network.stop().await;
}
