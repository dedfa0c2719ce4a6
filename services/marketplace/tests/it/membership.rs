//! Banks join and are suspended while the marketplace runs.

use std::time::{Duration, Instant};

use kontor_testkit::TestDatabase;
use serde_json::json;

use crate::market::{BANKS, LATE, Market, OPERATOR, product};

/// More than the time between two questions to the node.
const LONGER: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread")]
async fn active_banks_publish_and_are_matched() {
    let market = Market::start(&TestDatabase::sqlite()).await;
    let publish = async |bank: &str| market.post(bank, "/v1/products", None, &product(bank, 400)).await.0;
    let becomes = async |bank: &str, wanted: u16| {
        let deadline = Instant::now() + Duration::from_secs(30);
        while publish(bank).await != wanted {
            assert!(Instant::now() < deadline, "{bank} is not answered with {wanted}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let matched = async |request: u8| {
        let outline = json!({ "currency": "EUR", "amountBand": "10k-to-100k", "tenorDays": 60, "sellerCountry": "DE" });
        let request = format!("0190a7a0-0000-7000-8000-0000000000{request:02x}");
        let question = json!({ "request": request, "outline": outline });
        let (_, answer) = market.post(OPERATOR, "/v1/matches", None, &question).await;
        let found = answer["matches"].as_array().expect("a list").iter();
        let mut banks: Vec<_> = found.map(|one| one["product"]["name"].as_str().expect("a name").to_owned()).collect();
        banks.sort();
        banks
    };
    assert_eq!((publish(BANKS[1]).await, publish(LATE).await), (201, 403), "genesis counts, for no node answers");
    market.members(1, None);
    becomes(LATE, 201).await;
    assert_eq!(matched(1).await, [BANKS[1], LATE]);

    market.members(2, Some(BANKS[1]));
    becomes(BANKS[1], 403).await;
    assert_eq!(matched(2).await, [LATE], "what a suspended bank published waits");
    market.silence();
    tokio::time::sleep(LONGER).await;
    assert_eq!((publish(BANKS[1]).await, publish(LATE).await), (403, 201), "the last answer stays");
    market.members(3, None);
    becomes(BANKS[1], 201).await;
    assert_eq!(matched(3).await, [BANKS[1], LATE]);
    market.stop().await;
}
