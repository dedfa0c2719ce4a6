//! Publishing products.

use kontor_testkit::databases;
use reqwest::Method;
use serde_json::json;

use crate::market::{BANKS, Market, OPERATOR, product, slug};

#[tokio::test(flavor = "multi_thread")]
async fn banks_publish_and_anyone_reads() {
    for database in databases() {
        let market = Market::start(&database).await;
        let body = product("Invoice finance", 425);
        let (status, made) = market.post(BANKS[0], "/v1/products", Some("one"), &body).await;
        assert_eq!((status, &made["bank"]), (201, &json!(BANKS[0])));
        let (_, again) = market.post(BANKS[0], "/v1/products", Some("one"), &body).await;
        assert_eq!(again["id"], made["id"]);
        let (status, other) = market.post(BANKS[0], "/v1/products", Some("one"), &product("Other", 1)).await;
        assert_eq!((status, slug(&other)), (422, "idempotency-key-reused"));
        let (_, second) = market.post(BANKS[1], "/v1/products", Some("one"), &body).await;
        assert_ne!(second["id"], made["id"], "keys belong to their sender");

        assert_eq!(market.post(OPERATOR, "/v1/products", None, &body).await.0, 403);
        let mut empty = body.clone();
        empty["minAmount"] = json!("over-10m");
        assert_eq!(slug(&market.post(BANKS[0], "/v1/products", None, &empty).await.1), "criteria");
        let mut wrong = body.clone();
        wrong["currencies"] = json!([]);
        let (status, wrong) = market.post(BANKS[0], "/v1/products", None, &wrong).await;
        assert_eq!((status, slug(&wrong), &wrong["errors"][0]["pointer"]), (400, "schema", &json!("/currencies")));

        let (_, first) = market.anyone(Method::GET, "/v1/products?limit=1").await;
        assert_eq!(first["items"][0]["id"], second["id"], "newest first");
        let next = first["next"].as_str().expect("more follow");
        let (_, last) = market.anyone(Method::GET, &format!("/v1/products?limit=1&cursor={next}")).await;
        assert_eq!((&last["items"][0]["id"], last.get("next")), (&made["id"], None));
        let path = format!("/v1/products/{}", made["id"].as_str().expect("an id"));
        assert_eq!(market.anyone(Method::GET, &path).await, (200, made));
        assert_eq!(market.anyone(Method::GET, "/v1/products/0190a7a0-0000-7000-8000-000000000001").await.0, 404);
        assert_eq!(market.anyone(Method::POST, "/v1/products").await.0, 405);
        market.stop().await;
    }
}
