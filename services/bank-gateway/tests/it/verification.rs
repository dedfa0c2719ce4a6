//! Who the verification service answers, and who not.

use kontor_sealing::keys::PartySeed;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use crate::world::{BANKS, World};

const OPENAPI: &str = include_str!("../../../../api-spec/verification.json");

pub async fn ask(client: &Client, base: &str, path: &str, body: Value) -> (StatusCode, String) {
    let answer = client.post(format!("{base}{path}")).json(&body).send().await.expect("answers");
    let status = answer.status();
    let body: Value = answer.json().await.expect("JSON");
    kontor_testkit::contract::check(OPENAPI, "POST", path, status.as_u16(), &body);
    let slug = body["type"].as_str().and_then(|kind| kind.rsplit('/').next()).unwrap_or_default();
    (status, slug.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn only_those_who_may_are_answered() {
    let world = World::new();
    let (node, address) = world.ledger().await;
    let running = world.verification(BANKS[0], &address).await;
    let base = format!("https://localhost:{}", running.mutual_tls.expect("listens for members").port());
    let [own, other] = BANKS.map(|bank| world.ca.client(bank, "bank-gateway"));
    let regulator = world.ca.client("REGUEU2L", "supervisor");

    let check = json!({
        "document": "11".repeat(32), "version": 1, "roleProofs": [], "fingerprints": [],
        "leaves": [{
            "leaf": { "id": "00".repeat(16), "keyCommitment": "00".repeat(32), "ciphertextHash": "00".repeat(32),
                      "commitment": "00".repeat(32) },
            "index": 0, "path": [],
        }],
    });
    let refused = |status: StatusCode, slug: &str| (status, slug.to_owned());
    let asked = ask(&other, &base, "/v1/checks", check.clone()).await;
    assert_eq!(asked, refused(StatusCode::FORBIDDEN, "forbidden"));
    let asked = ask(&own, &base, "/v1/checks", check.clone()).await;
    assert_eq!(asked, refused(StatusCode::NOT_FOUND, "unknown-document"));
    let mut opened = check;
    opened["leaves"][0]["value"] = "in the clear".into();
    assert_eq!(ask(&own, &base, "/v1/checks", opened).await, refused(StatusCode::BAD_REQUEST, "schema"));

    let signature = PartySeed::from_bytes(&[1; 32]).identity().sign("test", b"");
    let evaluation = json!({
        "document": "11".repeat(32), "version": 1, "bank": BANKS[0], "authorisation": signature,
        "elements": [{ "kind": "exact", "blinded": "00".repeat(32) }],
    });
    let asked = ask(&other, &base, "/v1/evaluations", evaluation.clone()).await;
    assert_eq!(asked, refused(StatusCode::FORBIDDEN, "forbidden"), "nobody asks in another bank's name");
    let asked = ask(&regulator, &base, "/v1/evaluations", evaluation.clone()).await;
    assert_eq!(asked, refused(StatusCode::FORBIDDEN, "forbidden"));
    let asked = ask(&own, &base, "/v1/evaluations", evaluation.clone()).await;
    assert_eq!(asked, refused(StatusCode::NOT_FOUND, "unknown-document"));
    let mut twice = evaluation;
    twice["elements"] = json!([twice["elements"][0], twice["elements"][0]]);
    let asked = ask(&own, &base, "/v1/evaluations", twice).await;
    assert_eq!(asked, refused(StatusCode::UNPROCESSABLE_ENTITY, "kind-twice"));

    let partial = json!({ "accessRecord": "22".repeat(32), "document": "11".repeat(32), "version": 1 });
    let asked = ask(&own, &base, "/v1/partial-decryptions", partial.clone()).await;
    assert_eq!(asked, refused(StatusCode::FORBIDDEN, "forbidden"), "a bank opens nothing");
    let asked = ask(&regulator, &base, "/v1/partial-decryptions", partial).await;
    assert_eq!(asked, refused(StatusCode::NOT_FOUND, "unknown-access"), "nothing without an access on the ledger");
    running.stop().await;
    node.stop().await;
}
