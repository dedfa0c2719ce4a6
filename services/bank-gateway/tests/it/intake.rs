//! What the gateway takes over and from whom, without a ledger.

use kontor_ledger::{
    client::Node,
    exchange::{self, AttestationGrant, Profile},
    roster::Roster,
};
use kontor_sealing::keys::PartySeed;
use kontor_testkit::{databases, random};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    enterprise::bank_key,
    world::{BANKS, Gateway, OPERATOR, Operator, World},
};

pub const REQUEST: &str = "0190a7a0-0000-7000-8000-0000000000aa";

pub fn nowhere() -> Node {
    Node { http: "http://127.0.0.1:9".into(), mutual_tls: Some("https://localhost:9".into()) }
}

/// A request for `bank`'s word on an enterprise.
pub fn attestation(bank: &str, seed: &PartySeed, lei: &str) -> Value {
    let identity = seed.identity().public();
    let profile = Profile {
        name: "Nordlicht Windtechnik GmbH".into(),
        identifiers: vec![kontor_ledger::Identifier { scheme: "LEI".into(), value: lei.into() }],
        country: Some("DE".into()),
        contact: None,
    };
    let mut rng = random::seeded(5);
    let sealed = exchange::seal(&profile, &bank_key(bank), &exchange::about_party(&identity), &mut rng);
    json!({
        "id": REQUEST,
        "handle": "nordlicht",
        "identityKey": identity,
        "encryptionKey": seed.encryption().public(),
        "sealedProfile": sealed.expect("sealed"),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enterprise_is_attested() {
    let world = World::new();
    let operator = Operator::start(&world).await;
    for database in databases() {
        let gateway = world.gateway(BANKS[0], &database, &nowhere(), &[], &operator).await;
        let seed = PartySeed::from_bytes(&[9; 32]);
        let body = attestation(BANKS[0], &seed, "6234KONTORSELLER0198");
        assert_eq!(gateway.portal("/v1/attestation-requests", body.clone()).await.0, StatusCode::CREATED);
        assert_eq!(gateway.portal("/v1/attestation-requests", body.clone()).await.0, StatusCode::OK);
        let mut other = body;
        other["sealedProfile"] = "AAAA".into();
        assert_eq!(gateway.portal("/v1/attestation-requests", other).await.0, StatusCode::CONFLICT);

        let path = format!("/v1/attestation-requests/{REQUEST}");
        let (_, shown) = gateway.staff(Method::GET, &path, None).await;
        assert_eq!(shown["profile"]["identifiers"][0]["value"], "6234KONTORSELLER0198");
        let granted = gateway.staff(Method::POST, &format!("{path}/grant"), Some(json!({}))).await;
        assert_eq!((granted.0, &granted.1["state"]), (StatusCode::OK, &json!("granted")));
        let again = gateway.staff(Method::POST, &format!("{path}/decline"), Some(json!({ "reason": "no" }))).await;
        assert_eq!(again.0, StatusCode::CONFLICT);
        let (_, list) = gateway.staff(Method::GET, "/v1/attestation-requests?limit=1", None).await;
        assert_eq!(list["items"][0]["state"], "granted");

        let answer = operator.heard(&format!("{path}/answer"), |body| body["state"] == "granted").await;
        let context = exchange::about_party(&seed.identity().public());
        let sealed = answer["sealedAttestation"].as_str().expect("text");
        let grant: AttestationGrant = exchange::open(sealed, &seed.encryption(), &context).expect("opens");
        let now = kontor_ledger::Timestamp::from_millis(1_800_000_000_000).expect("a time");
        grant.attestation.check(&Roster::original(&world.genesis), now).expect("holds");
        assert_eq!(grant.identifiers.digest(), grant.attestation.terms.identifiers);
        assert_eq!(grant.identifiers.canonical.scheme, "lei");
        gateway.stop().await;
    }
    operator.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_gets_in_and_nothing_malformed() {
    let world = World::new();
    let operator = Operator::start(&world).await;
    for database in databases() {
        let gateway = world.gateway(BANKS[0], &database, &nowhere(), &[], &operator).await;
        let body = attestation(BANKS[0], &PartySeed::from_bytes(&[9; 32]), "6234KONTORSELLER0198");
        let path = "/v1/attestation-requests";
        let stranger = world.ca.client(BANKS[1], "bank-gateway");
        let by = |client: &reqwest::Client, body: &Value| client.post(format!("{}{path}", gateway.members)).json(body);
        let refused = crate::world::checked(Method::POST, path, by(&stranger, &body)).await;
        assert_eq!((refused.0, slug(&refused.1)), (StatusCode::FORBIDDEN, "forbidden"));

        let mut wrong = body.clone();
        wrong["identityKey"] = "intl:00".into();
        let refused = gateway.portal(path, wrong).await;
        assert_eq!((refused.0, slug(&refused.1)), (StatusCode::BAD_REQUEST, "schema"));
        assert_eq!(refused.1["errors"][0]["pointer"], "/identityKey");
        let url = format!("{}{path}", gateway.members);
        let broken = gateway.portal.post(url).header("content-type", "application/json").body("{");
        let refused = crate::world::checked(Method::POST, path, broken).await;
        assert_eq!((refused.0, slug(&refused.1)), (StatusCode::BAD_REQUEST, "malformed"));
        let mut large = body.clone();
        large["handle"] = "x".repeat(2 << 20).into();
        assert_eq!(gateway.portal(path, large).await.0, StatusCode::PAYLOAD_TOO_LARGE);

        let plain = kontor_chassis::client::plain().expect("a client");
        let unsigned = plain.get(format!("{}/v1/applications", gateway.public));
        assert_eq!(crate::world::checked(Method::GET, "/v1/applications", unsigned).await.0, StatusCode::UNAUTHORIZED);
        let (_, none) = gateway.staff(Method::GET, path, None).await;
        assert_eq!(none["items"], json!([]), "refused requests change nothing");
        gateway.stop().await;
    }
    operator.stop().await;
}

fn slug(problem: &Value) -> &str {
    problem["type"].as_str().and_then(|kind| kind.rsplit('/').next()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_and_leads_are_taken_over_once_and_products_published() {
    let world = World::new();
    for database in databases() {
        // One for each: what it heard of another gateway would be taken for this one's word.
        let operator = Operator::start(&world).await;
        let gateway = world.gateway(BANKS[0], &database, &nowhere(), &[], &operator).await;
        let seed = PartySeed::from_bytes(&[9; 32]);
        let body = json!({
            "id": REQUEST, "document": "11".repeat(32), "version": 1, "grantRecord": "22".repeat(32),
            "sealedTerms": "AAAA", "identityKey": seed.identity().public(), "encryptionKey": seed.encryption().public(),
        });
        assert_eq!(gateway.portal("/v1/financing-requests", body.clone()).await.0, StatusCode::CREATED);
        assert_eq!(gateway.portal("/v1/financing-requests", body).await.0, StatusCode::OK);
        // Terms that do not open end in a refusal that says so, without any ledger.
        let told = operator.state(REQUEST, "declined").await;
        assert_eq!(told["reasons"][0]["code"], "terms-unreadable");
        let path = format!("/v1/applications/{REQUEST}");
        assert_eq!(gateway.staff(Method::GET, &path, None).await.1["state"], "declined");
        assert_eq!(gateway.staff(Method::GET, "/v1/applications", None).await.1["items"][0]["id"], REQUEST);
        let offer =
            json!({ "percentage": 1, "rate": 1, "fee": "0", "tenorDays": 1, "expires": "2030-01-01T00:00:00Z" });
        let refused = gateway.staff(Method::POST, &format!("{path}/offers"), Some(offer)).await;
        assert_eq!((refused.0, slug(&refused.1)), (StatusCode::CONFLICT, "wrong-state"));
        let evidence = json!({ "evidence": REQUEST, "sealedEvidence": "AAAA" });
        let late = gateway.portal(&format!("/v1/financing-requests/{REQUEST}/evidence"), evidence).await;
        assert_eq!(late.0, StatusCode::CONFLICT);

        let lead = json!({
            "id": REQUEST, "request": REQUEST, "product": { "id": REQUEST, "name": "Invoices" },
            "outline": { "currency": "EUR", "amountBand": "10k-to-100k", "tenorDays": 60, "sellerCountry": "DE" },
            "reasons": [{ "criterion": "currency", "detail": "EUR" }],
        });
        assert_eq!(gateway.portal("/v1/leads", lead.clone()).await.0, StatusCode::CREATED);
        assert_eq!(gateway.portal("/v1/leads", lead).await.0, StatusCode::OK);
        assert_eq!(gateway.staff(Method::GET, "/v1/leads", None).await.1["items"][0]["request"], REQUEST);

        let product = json!({
            "name": "Invoices", "currencies": ["EUR"], "minAmount": "up-to-10k", "maxAmount": "1m-to-10m",
            "maxTenorDays": 90, "countries": [],
        });
        assert_eq!(gateway.staff(Method::POST, "/v1/products", Some(product)).await.0, StatusCode::CREATED);
        published(&gateway).await;
        gateway.stop().await;
        operator.stop().await;
    }
}

async fn published(gateway: &Gateway) {
    for _ in 0..200 {
        let (_, list) = gateway.staff(Method::GET, "/v1/products", None).await;
        if list["items"][0]["state"] == "published" {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{OPERATOR} never took the product");
}
