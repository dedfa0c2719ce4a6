//! A request from matching to financed, with a bank's stand-in.

use kontor_sealing::{EncryptionPublicKey, Signature};
use kontor_testkit::databases;
use serde_json::{Value, json};

use crate::{
    bank::Bank,
    enterprise::{Enterprise, sealed_to},
    world::{BANKS, World, seed_of, slug},
};

fn bank_key() -> EncryptionPublicKey {
    seed_of(BANKS[0]).encryption().public()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_matched_and_financed() {
    let world = World::new();
    let (ledger, node) = world.ledger().await;
    let bank = Bank::start(&world, BANKS[0]).await;
    let (marketplace, address) = world.marketplace(&bank).await;
    let product = json!({
        "name": "Invoice finance", "currencies": ["EUR"], "minAmount": "up-to-10k", "maxAmount": "1m-to-10m",
        "maxTenorDays": 90, "countries": ["DE"], "rateFrom": 425,
    });
    let publisher = world.ca.client(BANKS[0], "bank-gateway");
    let published = publisher.post(format!("{address}/v1/products")).json(&product).send().await.expect("answers");
    assert_eq!(published.status(), 201);

    for (round, database) in (0..).zip(databases()) {
        let portal = world.portal(&database, &node, Some(&bank), Some(address.clone())).await;
        let seller = Enterprise::admitted(&portal, "seller", 1).await;
        let buyer = Enterprise::admitted(&portal, "buyer", 2).await;
        let mut document = seller.registered(&world, &buyer.seed, 400 + round).await;
        let id = document.secret.id();
        let outline = json!({ "currency": "EUR", "amountBand": "10k-to-100k", "tenorDays": 60, "sellerCountry": "DE" });

        let body = json!({ "document": id, "outline": outline });
        assert_eq!(buyer.post("/v1/financing-requests", body.clone()).await.0, 404, "another's document");
        assert_eq!(slug(&seller.post("/v1/financing-requests", json!({ "document": id })).await.1), "schema");
        let half = json!({ "document": id, "bank": BANKS[0] });
        assert_eq!(slug(&seller.post("/v1/financing-requests", half).await.1), "schema");
        let (status, made) = seller.post_once("ask", "/v1/financing-requests", &body).await;
        assert_eq!((status, &made["state"]), (201, &json!("matched")), "{made}");
        assert_eq!(made["matches"][0]["bank"], BANKS[0]);
        assert_eq!(made["matches"][0]["reasons"].as_array().map(Vec::len), Some(4));
        let (_, again) = seller.post_once("ask", "/v1/financing-requests", &body).await;
        assert_eq!(again["id"], made["id"]);
        let lead = bank.heard("/v1/leads", |lead| lead["request"] == made["id"]).await;
        assert_eq!(lead["outline"], outline);

        let path = format!("/v1/financing-requests/{}", made["id"].as_str().expect("an id"));
        let part = |name: &str| format!("{path}/{name}");
        let status_path = part("status");
        let report = async |body: Value| world.as_bank(&portal, BANKS[0], &status_path, body).await;
        assert_eq!(report(json!({ "state": "checking" })).await.0, 404, "not this bank's yet");
        let grant = seller.grant(&world, &mut document, &bank_key()).await;
        let chosen = json!({ "bank": BANKS[0], "grantRecord": grant, "sealedTerms": sealed_to(&bank_key(), 1) });
        assert_eq!(buyer.post(&part("banks"), chosen.clone()).await.0, 404);
        let wrong = json!({ "bank": BANKS[0], "grantRecord": id, "sealedTerms": sealed_to(&bank_key(), 1) });
        assert_eq!(slug(&seller.post(&part("banks"), wrong).await.1), "unknown-grant");
        assert_eq!(seller.post(&part("banks"), chosen.clone()).await.1["state"], "submitted");
        assert_eq!(slug(&seller.post(&part("banks"), chosen).await.1), "wrong-state");
        let told = bank.heard("/v1/financing-requests", |told| told["id"] == made["id"]).await;
        assert_eq!((&told["document"], &told["version"]), (&json!(id), &json!(1)));
        assert_eq!(told["encryptionKey"], json!(seller.seed.encryption().public()));

        let key = buyer.seed.identity().public();
        let asked = json!({
            "state": "evidence-requested", "sequence": 2, "claimKey": key,
            "claimTerms": { "advanceRate": 9000, "expires": "2099-01-01T00:00:00Z" },
        });
        let evidence = json!({ "sealedEvidence": sealed_to(&bank_key(), 2) });
        assert_eq!(slug(&seller.post(&part("evidence"), evidence.clone()).await.1), "wrong-state");
        assert_eq!(world.as_bank(&portal, BANKS[1], &status_path, asked.clone()).await.0, 404);
        assert_eq!(report(asked).await.0, 204);
        assert_eq!(report(json!({ "state": "checking", "sequence": 1 })).await.0, 204, "late");
        let (_, shown) = seller.get(&path).await;
        assert_eq!((&shown["state"], &shown["claimKey"]), (&json!("evidence-requested"), &json!(key)));
        assert_eq!(shown["claimTerms"]["advanceRate"], 9000);
        assert_eq!(seller.post(&part("evidence"), evidence.clone()).await.1["state"], "claiming");
        let told = bank.heard(&part("evidence"), |_| true).await;
        assert_eq!(told["sealedEvidence"], evidence["sealedEvidence"]);

        let (status, body) = report(json!({ "state": "financed", "sequence": 3 })).await;
        assert_eq!((status, slug(&body)), (409, "wrong-state"));
        let changed =
            json!({ "state": "evidence-requested", "sequence": 3, "reasons": [{ "code": "claims-changed" }] });
        assert_eq!(report(changed).await.0, 204);
        assert_eq!(seller.get(&path).await.1["reasons"][0]["code"], "claims-changed");
        assert_eq!(seller.post(&part("evidence"), evidence).await.0, 201);
        let claimed = json!({ "state": "claimed", "sequence": 4, "claimRecord": document.root });
        assert_eq!(report(claimed).await.0, 204);
        let offer = sealed_to(&seller.seed.encryption().public(), 3);
        assert_eq!(report(json!({ "state": "offered", "sequence": 5, "sealedOffer": offer })).await.0, 204);
        assert_eq!(seller.get(&path).await.1["sealedOffer"], json!(offer));
        assert_eq!(buyer.get(&path).await.0, 404);

        let acceptance = json!({ "offer": "one", "signature": Signature::from_bytes([1; 64]) });
        assert_eq!(seller.post(&part("acceptance"), acceptance.clone()).await.1["state"], "accepted");
        assert_eq!(bank.heard(&part("acceptance"), |_| true).await, acceptance);
        assert_eq!(report(json!({ "state": "financed", "sequence": 6 })).await.0, 204);
        assert_eq!(seller.get(&path).await.1["state"], "financed");
        assert_eq!(seller.get("/v1/financing-requests").await.1["items"].as_array().map(Vec::len), Some(1));
        assert_eq!(buyer.get("/v1/financing-requests").await.1["items"], json!([]));
        portal.stop().await;
    }
    marketplace.stop().await;
    bank.stop().await;
    ledger.stop().await;
}
