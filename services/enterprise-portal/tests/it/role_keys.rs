//! Asking a party for its key in a document.

use kontor_sealing::{DocumentId, Role};
use kontor_testkit::databases;
use reqwest::Method;
use serde_json::json;

use crate::{
    enterprise::{Enterprise, sealed_to},
    world::{World, nowhere, slug},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_party_gives_its_key_once() {
    let world = World::new();
    for database in databases() {
        let portal = world.portal(&database, &nowhere(), None, None).await;
        let seller = Enterprise::admitted(&portal, "seller", 1).await;
        let buyer = Enterprise::admitted(&portal, "buyer", 2).await;
        let stranger = Enterprise::admitted(&portal, "stranger", 3).await;
        let document = DocumentId::from_bytes([5; 32]);
        let body = json!({ "party": "buyer", "document": document, "role": "buyer" });
        let (status, made) = seller.post("/v1/role-requests", body).await;
        assert_eq!((status, &made["state"]), (201, &json!("requested")));
        let nobody = json!({ "party": "nobody", "document": document, "role": "buyer" });
        assert_eq!(slug(&seller.post("/v1/role-requests", nobody).await.1), "unknown-party");

        let (_, inbox) = buyer.get("/v1/role-requests?direction=in").await;
        assert_eq!(inbox["items"][0]["requester"], "seller");
        assert_eq!(seller.get("/v1/role-requests").await.1["items"], json!([]));
        assert_eq!(seller.get("/v1/role-requests?direction=out").await.1["items"][0]["id"], made["id"]);

        let path = format!("/v1/role-requests/{}", made["id"].as_str().expect("an id"));
        let proof = sealed_to(&seller.seed.encryption().public(), 4);
        let key = buyer.seed.role(&document, Role::Buyer).public();
        let answer = json!({ "roleKey": key, "sealedProof": proof });
        let put = format!("{path}/answer");
        for other in [&seller, &stranger] {
            assert_eq!(other.call(Method::PUT, &put, Some(answer.clone())).await.0, 404, "{}", other.handle);
        }
        assert_eq!(stranger.get(&path).await.0, 404);
        assert_eq!(buyer.call(Method::PUT, &put, Some(answer.clone())).await.0, 200);
        assert_eq!(buyer.call(Method::PUT, &put, Some(answer.clone())).await.0, 200);
        let another = json!({ "roleKey": stranger.seed.identity().public(), "sealedProof": proof });
        assert_eq!(slug(&buyer.call(Method::PUT, &put, Some(another)).await.1), "already-answered");
        let (_, shown) = seller.get(&path).await;
        assert_eq!((&shown["roleKey"], &shown["sealedProof"]), (&json!(key), &json!(proof)));
        portal.stop().await;
    }
}
