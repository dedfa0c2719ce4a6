//! Records on their way to the ledger.

use kontor_ledger::{
    receipt::{self, Receipt},
    record::{Body, Endorsement},
};
use kontor_sealing::{Hash, Role};
use kontor_testkit::databases;
use serde_json::json;

use crate::{
    enterprise::{Enterprise, SECRET_TEXT},
    world::{BANKS, World, slug},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_record_is_checked_relayed_and_proven() {
    let world = World::new();
    let (ledger, node) = world.ledger().await;
    for (round, database) in (0..).zip(databases()) {
        let portal = world.portal(&database, &node, None, None).await;
        let seller = Enterprise::admitted(&portal, "seller", 1).await;
        let buyer = Enterprise::admitted(&portal, "buyer", 2).await;
        let mut document = seller.seal(&world, &buyer.seed, 100 + round);
        let register = document.register(&world);

        let (status, body) = seller.post("/v1/records", register.clone()).await;
        assert_eq!((status, slug(&body)), (422, "attachment-missing"));
        let plain = SECRET_TEXT.as_bytes();
        assert_eq!(slug(&seller.upload(&Hash::sm3(&[plain]), plain).await.1), "not-sealed");
        assert_eq!(slug(&seller.upload(&Hash::sm3(&[plain]), &document.bytes).await.1), "digest-mismatch");
        assert_eq!(seller.upload(&document.digest, &document.bytes).await.0, 201);
        assert_eq!(seller.upload(&document.digest, &document.bytes).await.0, 200);

        let mut altered = register.clone();
        altered["body"]["root"] = json!(Hash::sm3(&[b"another"]));
        assert_eq!(slug(&seller.post("/v1/records", altered).await.1), "bad-signature");
        let (status, done) = seller.post("/v1/records", register.clone()).await;
        assert_eq!((status, &done["outcome"]), (201, &json!("accepted")), "{done}");
        let (status, again) = seller.post("/v1/records", register).await;
        assert_eq!((status, &again), (201, &done), "the same record has the same outcome");

        let path = format!("/v1/records/{}", done["id"].as_str().expect("an id"));
        assert_eq!(seller.get(&path).await.1["state"], "accepted");
        assert_eq!(buyer.get(&path).await.0, 404, "another's record");
        let (_, proof) = seller.get(&format!("{path}/receipt")).await;
        let proof: Receipt = serde_json::from_value(proof).expect("a receipt");
        let proven = receipt::verify(&proof, &world.genesis.hash()).expect("holds");
        assert_eq!(json!(proven.position), done["position"]);

        let word =
            |action| Body::DocumentEndorse { document: document.secret.id(), version: 1, root: document.root, action };
        let (issue, confirm) = (word(Endorsement::Issue), word(Endorsement::Confirm));
        let stranger = seller.seed.identity();
        let record = document.record(&world, confirm.clone(), &stranger);
        let (status, refused) = seller.post("/v1/records", json!(record)).await;
        assert_eq!((status, slug(&refused), &refused["code"]), (422, "refused", &json!("wrong-author")));
        let record = document.record_for(BANKS[0], &world, issue, &stranger);
        assert_eq!(slug(&seller.post("/v1/records", json!(record)).await.1), "wrong-sponsor");
        let key = buyer.seed.role(&document.secret.id(), Role::Buyer);
        let anchor = document.record(&world, Body::AnchorNotarise { digest: document.root }, &key);
        assert_eq!(seller.post("/v1/records", json!(anchor)).await.0, 400, "not a kind of enterprises");

        let mut record = document.record(&world, confirm, &key);
        assert_eq!(buyer.post("/v1/records", json!(record)).await.0, 201);
        record.unsigned.body = word_of(&document, Endorsement::Dispute);
        let replayed = record.unsigned.sign(&key, record.sponsor);
        let (status, body) = buyer.post("/v1/records", json!(replayed)).await;
        assert_eq!((status, slug(&body)), (422, "replayed"), "{body}");
        portal.stop().await;
    }
    ledger.stop().await;
}

fn word_of(document: &crate::enterprise::Document, action: Endorsement) -> Body {
    Body::DocumentEndorse { document: document.secret.id(), version: 1, root: document.root, action }
}
