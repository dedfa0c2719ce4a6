//! Matching requests.

use kontor_testkit::databases;
use serde_json::json;

use crate::market::{BANKS, Market, OPERATOR, product, slug};

const REQUEST: &str = "0190a7a0-0000-7000-8000-0000000000aa";

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_matched_once_and_each_bank_told_once() {
    for database in databases() {
        let market = Market::start(&database).await;
        for (bank, name, rate) in [(BANKS[0], "Dear", 500), (BANKS[1], "Fair", 425), (BANKS[0], "Cheap", 400)] {
            assert_eq!(market.post(bank, "/v1/products", None, &product(name, rate)).await.0, 201);
        }
        let outline = json!({ "currency": "EUR", "amountBand": "10k-to-100k", "tenorDays": 60, "sellerCountry": "DE" });
        let question = json!({ "request": REQUEST, "outline": outline });
        assert_eq!(market.post(BANKS[0], "/v1/matches", None, &question).await.0, 403, "for the portal only");
        let (status, answer) = market.post(OPERATOR, "/v1/matches", None, &question).await;
        assert_eq!(status, 200);
        let names: Vec<_> =
            answer["matches"].as_array().expect("a list").iter().map(|m| &m["product"]["name"]).collect();
        assert_eq!(names, ["Cheap", "Fair"]);

        assert_eq!(market.post(BANKS[1], "/v1/products", None, &product("Late", 1)).await.0, 201);
        let (_, again) = market.post(OPERATOR, "/v1/matches", None, &question).await;
        assert_eq!(again, answer, "asked again, answered the same");
        let leads = market.leads(REQUEST, 2).await;
        assert_eq!(leads.len(), 2);
        assert_eq!(leads[0]["outline"], outline);

        let mut other = question.clone();
        other["outline"]["tenorDays"] = json!(61);
        let (status, body) = market.post(OPERATOR, "/v1/matches", None, &other).await;
        assert_eq!((status, slug(&body)), (409, "other-outline"));
        let unfit = json!({
            "request": "0190a7a0-0000-7000-8000-0000000000bb",
            "outline": { "currency": "USD", "amountBand": "over-10m", "tenorDays": 300, "sellerCountry": "US" },
        });
        assert_eq!(market.post(OPERATOR, "/v1/matches", None, &unfit).await.1["matches"], json!([]));
        market.stop().await;
    }
}
