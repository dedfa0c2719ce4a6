//! What anyone and what only officers see.

use kontor_testkit::databases;
use reqwest::Method;

use crate::network::Network;

#[tokio::test]
async fn officers_see_the_market_and_others_only_the_front_page() {
    for database in databases() {
        let network = Network::start(&database).await;
        let (status, market) = network.checked(Method::GET, "/v1/market", "", None).await;
        assert_eq!((status, market["position"].as_u64()), (200, Some(0)));
        assert_eq!(network.checked(Method::GET, "/v1/refusals", "", None).await.0, 200);
        let network = network.signed_out();
        for route in ["/v1/market", "/v1/refusals", "/v1/cases"] {
            assert_eq!(network.checked(Method::GET, route, "", None).await.0, 401, "{route}");
        }
        assert!(network.page("/").await.contains("Supervisor"));
        network.stop().await;
    }
}
