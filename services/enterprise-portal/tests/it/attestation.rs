//! Asking a bank for attestation.

use kontor_testkit::databases;
use serde_json::{Value, json};

use crate::{
    bank::Bank,
    enterprise::{Enterprise, SECRET_TEXT, sealed_to},
    world::{BANKS, OPERATOR, World, nowhere, seed_of, slug},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_request_reaches_its_bank_and_the_answer_its_maker() {
    let world = World::new();
    let bank = Bank::start(&world, BANKS[0]).await;
    for database in databases() {
        let portal = world.portal(&database, &nowhere(), Some(&bank), None).await;
        let nordlicht = Enterprise::admitted(&portal, "nordlicht", 1).await;
        let helios = Enterprise::admitted(&portal, "helios", 2).await;
        let profile = sealed_to(&seed_of(BANKS[0]).encryption().public(), 1);
        let body = json!({ "bank": BANKS[0], "sealedProfile": profile });

        let (status, made) = nordlicht.post_once("one", "/v1/attestation-requests", &body).await;
        assert_eq!((status, &made["state"]), (201, &json!("requested")));
        let (status, again) = nordlicht.post_once("one", "/v1/attestation-requests", &body).await;
        assert_eq!((status, &again["id"]), (201, &made["id"]), "an answer is replayed");
        let other = json!({ "bank": BANKS[1], "sealedProfile": profile });
        let (status, reused) = nordlicht.post_once("one", "/v1/attestation-requests", &other).await;
        assert_eq!((status, slug(&reused)), (422, "idempotency-key-reused"));
        let (_, list) = nordlicht.get("/v1/attestation-requests").await;
        assert_eq!(list["items"].as_array().map(Vec::len), Some(1));

        let told = bank.heard("/v1/attestation-requests", |told| told["id"] == made["id"]).await;
        assert_eq!((&told["handle"], &told["sealedProfile"]), (&json!("nordlicht"), &json!(profile)));
        assert_eq!(told["encryptionKey"], json!(nordlicht.seed.encryption().public()));

        let path = format!("/v1/attestation-requests/{}", made["id"].as_str().expect("an id"));
        assert_eq!(helios.get(&path).await.0, 404, "another's request is not there");
        let granted = json!({
            "state": "granted",
            "sealedAttestation": sealed_to(&nordlicht.seed.encryption().public(), 2),
        });
        let answer = format!("{path}/answer");
        assert_eq!(world.as_bank(&portal, BANKS[1], &answer, granted.clone()).await.0, 404);
        assert_eq!(world.as_bank(&portal, OPERATOR, &answer, granted.clone()).await.0, 403);
        assert_eq!(world.as_bank(&portal, BANKS[0], &answer, json!({ "state": "granted" })).await.0, 400);
        assert_eq!(world.as_bank(&portal, BANKS[0], &answer, granted.clone()).await.0, 204);
        assert_eq!(world.as_bank(&portal, BANKS[0], &answer, granted.clone()).await.0, 204);
        let (status, late) = world.as_bank(&portal, BANKS[0], &answer, json!({ "state": "declined" })).await;
        assert_eq!((status, slug(&late)), (409, "already-answered"));
        let (_, shown) = nordlicht.get(&path).await;
        assert_eq!((&shown["state"], &shown["sealedAttestation"]), (&json!("granted"), &granted["sealedAttestation"]));
        portal.stop().await;
    }
    bank.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_text_and_strangers_are_refused() {
    let world = World::new();
    for database in databases() {
        let portal = world.portal(&database, &nowhere(), None, None).await;
        let nordlicht = Enterprise::admitted(&portal, "nordlicht", 1).await;
        let ask = async |bank: &str, sealed: &str| {
            nordlicht.post("/v1/attestation-requests", json!({ "bank": bank, "sealedProfile": sealed })).await
        };
        use base64::{Engine as _, prelude::BASE64_STANDARD};
        let (status, body) = ask(BANKS[0], &BASE64_STANDARD.encode(SECRET_TEXT)).await;
        assert_eq!((status, slug(&body)), (400, "schema"));
        assert!(!body.to_string().contains("Nordlicht"));
        let sealed = sealed_to(&seed_of(BANKS[0]).encryption().public(), 1);
        assert_eq!(slug(&ask(OPERATOR, &sealed).await.1), "unknown-bank");

        for number in 0..3 {
            ask(BANKS[0], &sealed_to(&seed_of(BANKS[0]).encryption().public(), number)).await;
        }
        let (_, first) = nordlicht.get("/v1/attestation-requests?limit=2").await;
        let next = first["next"].as_str().expect("more follow");
        let (_, second) = nordlicht.get(&format!("/v1/attestation-requests?limit=2&cursor={next}")).await;
        let ids = |page: &Value| -> Vec<String> {
            page["items"].as_array().expect("a list").iter().map(|item| item["id"].to_string()).collect()
        };
        let mut all = [ids(&first), ids(&second)].concat();
        assert_eq!((all.len(), second.get("next")), (3, None));
        let newest_first = all.clone();
        all.sort();
        all.reverse();
        assert_eq!(all, newest_first);
        for bad in ["limit=0", "limit=101", "cursor=x"] {
            assert_eq!(nordlicht.get(&format!("/v1/attestation-requests?{bad}")).await.0, 400, "{bad}");
        }
        portal.stop().await;
    }
}
