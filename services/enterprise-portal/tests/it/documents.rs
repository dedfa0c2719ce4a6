//! Documents: who sees which, and what the ledger says of them.

use std::time::{Duration, Instant};

use kontor_ledger::record::{Body, Endorsement};
use kontor_sealing::Role;
use kontor_testkit::databases;
use serde_json::{Value, json};

use crate::{
    enterprise::Enterprise,
    world::{BANKS, World, slug},
};

/// Reads until the index has caught up.
pub async fn eventually(reader: &Enterprise<'_>, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let (status, body) = reader.get(path).await;
        if status == 200 && wanted(&body) {
            return body;
        }
        assert!(Instant::now() < deadline, "{path} is still {body:#}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_seen_by_those_it_was_granted_to() {
    let world = World::new();
    let (ledger, node) = world.ledger().await;
    for (round, database) in (0..).zip(databases()) {
        let portal = world.portal(&database, &node, None, None).await;
        let seller = Enterprise::admitted(&portal, "seller", 1).await;
        let buyer = Enterprise::admitted(&portal, "buyer", 2).await;
        let stranger = Enterprise::admitted(&portal, "stranger", 3).await;
        let mut document = seller.registered(&world, &buyer.seed, 200 + round).await;
        let path = document.path();
        let (sealed, shares) = (format!("{path}/sealed"), format!("{path}/shares"));

        let (_, list) = seller.get("/v1/documents").await;
        assert_eq!((&list["items"][0]["owned"], &list["items"][0]["state"]), (&json!(true), &json!("current")));
        assert_eq!(buyer.get("/v1/documents").await.1["items"], json!([]));
        for other in [&buyer, &stranger] {
            assert_eq!(other.get(&path).await.0, 404);
            assert_eq!(other.download(&sealed).await.0, 404);
        }

        let grant = seller.grant(&world, &mut document, &buyer.seed.encryption().public()).await;
        let told = json!({ "handle": "buyer", "grantRecord": grant });
        assert_eq!(buyer.post(&shares, told.clone()).await.0, 404, "only the owner shares");
        let unknown = json!({ "handle": "buyer", "grantRecord": document.root });
        assert_eq!(slug(&seller.post(&shares, unknown).await.1), "unknown-grant");
        assert_eq!(seller.post(&shares, told.clone()).await.0, 201);
        assert_eq!(seller.post(&shares, told).await.0, 201);

        let (_, seen) = buyer.get(&path).await;
        assert_eq!((&seen["owned"], &seen["owner"]), (&json!(false), &json!("seller")));
        assert_eq!(seen["grants"].as_array().map(Vec::len), Some(1));
        assert_eq!(seen["grants"][0].get("sharedWith"), None, "whom else it was shared with is the owner's");
        assert_eq!(buyer.download(&sealed).await, (200, document.bytes.clone()));
        assert_eq!(buyer.get("/v1/documents").await.1["items"][0]["id"], json!(document.secret.id()));
        assert_eq!(seller.get(&path).await.1["grants"][0]["sharedWith"], "buyer");
        assert_eq!(buyer.get(&format!("{path}/accesses")).await.0, 404, "accesses are the owner's");
        assert_eq!(stranger.get(&path).await.0, 404);
        assert_eq!(seller.download(&format!("{sealed}?version=2")).await.0, 404);

        // A word that another member relays is indexed all the same.
        let key = buyer.seed.role(&document.secret.id(), Role::Buyer);
        let body = Body::DocumentEndorse {
            document: document.secret.id(),
            version: 1,
            root: document.root,
            action: Endorsement::Confirm,
        };
        let record = document.record_for(BANKS[0], &world, body, &key);
        assert!(world.relay(BANKS[0], &node, record).await.outcome.is_accepted());
        let shown = eventually(&seller, &path, |body| body["endorsements"] != json!([])).await;
        assert_eq!(shown["endorsements"][0]["action"], "confirm");

        let key = document.secret.signing_key().clone();
        let body = Body::GrantWithdraw { document: document.secret.id(), grant };
        let withdraw = document.record(&world, body, &key);
        assert_eq!(seller.post("/v1/records", json!(withdraw)).await.0, 201);
        assert_eq!(buyer.get(&path).await.0, 404, "withdrawn");
        assert_eq!(buyer.get("/v1/documents").await.1["items"], json!([]));
        assert_eq!(seller.get(&path).await.1["grants"][0]["withdrawn"], true);
        portal.stop().await;

        // A portal that starts again goes on where it was.
        let portal = world.portal(&database, &node, None, None).await;
        let seller = Enterprise::signed_in(&portal, "seller", 1).await;
        let (_, shown) = seller.get(&path).await;
        assert_eq!(shown["endorsements"].as_array().map(Vec::len), Some(1), "nothing is counted twice");
        assert_eq!(shown["grants"][0]["withdrawn"], true);
        portal.stop().await;
    }
    ledger.stop().await;
}
