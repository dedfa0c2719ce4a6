//! Banks join, are suspended and come back while the portal runs.

use std::time::{Duration, Instant};

use kontor_ledger::{client::Node, member::MemberRole};
use kontor_testkit::{FakeNode, TestDatabase};
use reqwest::Method;
use serde_json::json;

use crate::{
    enterprise::{Enterprise, sealed_to},
    world::{BANKS, Portal, World, party, seed_of, slug},
};

const LATE: &str = "EMERDEFF";
const ANSWER: &str = "/v1/attestation-requests/0190a7a0-0000-7000-8000-0000000000aa/answer";
/// More than the time between two questions to the node.
const LONGER: Duration = Duration::from_secs(5);

async fn banks(portal: &Portal) -> Vec<String> {
    let (_, listed) = portal.call(Method::GET, "/v1/banks", None).await;
    let items = listed["items"].as_array().expect("a list").iter();
    items.map(|bank| bank["member"].as_str().expect("a code").to_owned()).collect()
}

async fn lists(portal: &Portal, wanted: &[&str]) {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let found = banks(portal).await;
        if found == wanted {
            return;
        }
        assert!(Instant::now() < deadline, "still {found:?}, not {wanted:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_active_banks_are_offered_and_heard() {
    let world = World::new();
    let node = FakeNode::start().await;
    let late = [party(LATE, MemberRole::Bank, None, None)];
    let address = Node { http: node.url(), mutual_tls: None };
    let database = TestDatabase::sqlite();
    let portal = world.portal(&database, &address, None, None).await;
    let nordlicht = Enterprise::admitted(&portal, "nordlicht", 1).await;
    let sealed = sealed_to(&nordlicht.seed.encryption().public(), 2);
    let granted = json!({ "state": "granted", "sealedAttestation": sealed });
    let answers = async |bank: &str| world.as_bank(&portal, bank, ANSWER, granted.clone()).await.0;
    let asks = async |bank: &str| {
        let profile = sealed_to(&seed_of(bank).encryption().public(), 1);
        nordlicht.post("/v1/attestation-requests", json!({ "bank": bank, "sealedProfile": profile })).await
    };
    assert_eq!(banks(&portal).await, BANKS, "those of genesis, for no node answers");
    assert_eq!((answers(LATE).await, answers(BANKS[1]).await), (403, 404));
    assert_eq!(slug(&asks(LATE).await.1), "unknown-bank");

    node.list(&world.genesis, 7, &late, &[BANKS[1]]);
    lists(&portal, &[BANKS[0], LATE]).await;
    assert_eq!((answers(LATE).await, answers(BANKS[1]).await), (404, 403));
    assert_eq!((asks(LATE).await.0, slug(&asks(BANKS[1]).await.1)), (201, "unknown-bank"));

    let unchanged = async |after: &str| {
        tokio::time::sleep(LONGER).await;
        assert_eq!(banks(&portal).await, [BANKS[0], LATE], "after {after}");
    };
    node.say(None);
    unchanged("no answer").await;
    node.list(&world.genesis, 6, &late, &[]);
    unchanged("an answer from before").await;
    node.say(Some(json!({ "network": world.genesis.hash(), "height": 9, "members": [] })));
    unchanged("an answer without members").await;
    node.say(Some(json!({ "network": "00".repeat(32), "height": 9, "members": [] })));
    unchanged("an answer from another network").await;
    node.list(&world.genesis, 8, &late, &[]);
    lists(&portal, &[BANKS[0], BANKS[1], LATE]).await;
    portal.stop().await;
}
