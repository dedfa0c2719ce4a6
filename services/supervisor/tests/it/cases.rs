//! A case from draft to submission, and everything that stops it.

use kontor_ledger::{
    record::{Approvable as _, Approval, Body, CaseTerms, Nonce, Record, Unsigned},
    time::Timestamp,
};
use kontor_sealing::{Hash, SigningKey};
use kontor_testkit::{databases, random::seeded};
use reqwest::Method;
use serde_json::{Value, json};

use crate::network::Network;

fn terms() -> CaseTerms {
    CaseTerms {
        legal_basis: "Banking Act, section 44".to_owned(),
        documents: vec![],
        expires: Timestamp::from_millis(1_900_000_000_000).expect("a time"),
        reference: "2026/17".to_owned(),
    }
}

fn record(network: &Network, case: CaseTerms, approvals: Vec<Approval>, author: &SigningKey) -> Record {
    let body = Body::SupervisionCaseOpen { case, approvals };
    let unsigned = Unsigned { network: network.genesis.hash(), body, nonce: Nonce(1), author: author.public() };
    unsigned.sign(author, network.member)
}

async fn draft(network: &Network) -> String {
    let body = serde_json::to_value(terms()).expect("JSON");
    let (status, case) = network.checked(Method::POST, "/v1/cases", "", Some(body)).await;
    assert_eq!((status, case["state"].as_str()), (201, Some("drafted")));
    case["id"].as_str().expect("an id").to_owned()
}

async fn approve(network: &Network, id: &str, approval: &Approval) -> (u16, Value) {
    let body = serde_json::to_value(approval).expect("JSON");
    network.checked(Method::POST, "/v1/cases/{id}/approvals", id, Some(body)).await
}

async fn submit(network: &Network, id: &str, record: &Record) -> (u16, Value) {
    network.checked(Method::POST, "/v1/cases/{id}/submission", id, Some(json!({ "record": record }))).await
}

fn slug(problem: &Value) -> &str {
    problem["type"].as_str().and_then(|kind| kind.rsplit('/').next()).unwrap_or_default()
}

#[tokio::test]
async fn two_officers_open_a_case_and_one_cannot() {
    for database in databases() {
        let network = Network::start(&database).await;
        let [first, second, _] = network.officers.as_slice() else { panic!("three officers") };
        let hash = network.genesis.hash();
        let (one, two) = (terms().approve(&hash, first), terms().approve(&hash, second));
        let id = draft(&network).await;

        assert_eq!(approve(&network, &id, &one).await.0, 200);
        let alone = record(&network, terms(), vec![one.clone()], first);
        let (status, problem) = submit(&network, &id, &alone).await;
        assert_eq!((status, slug(&problem)), (409, "approvals-missing"));
        let (status, problem) = approve(&network, &id, &one).await;
        assert_eq!((status, slug(&problem)), (409, "approved-already"));

        assert_eq!(approve(&network, &id, &two).await.0, 200);
        let mut other = terms();
        other.reference = "2026/18".to_owned();
        let (status, problem) = submit(&network, &id, &record(&network, other, vec![one.clone()], first)).await;
        assert_eq!((status, slug(&problem)), (422, "record-differs"));

        let right = record(&network, terms(), vec![one, two], first);
        let (status, case) = submit(&network, &id, &right).await;
        assert_eq!((status, case["state"].as_str()), (202, Some("submitted")));
        assert_eq!(case["record"].as_str(), Some(right.id().to_string().as_str()));
        assert_eq!(submit(&network, &id, &right).await.0, 202, "the same again");

        // Not on the ledger yet, so nothing may be read.
        let wanted = json!({ "document": Hash::sm3(&[b"x"]), "version": 1, "reason": "to see" });
        let (status, problem) = network.checked(Method::POST, "/v1/cases/{id}/accesses", &id, Some(wanted)).await;
        assert_eq!((status, slug(&problem)), (409, "wrong-state"));
        network.stop().await;
    }
}

#[tokio::test]
async fn signatures_of_others_and_over_other_terms_do_not_count() {
    for database in databases() {
        let network = Network::start(&database).await;
        let hash = network.genesis.hash();
        let id = draft(&network).await;
        let stranger = SigningKey::generate(&mut seeded(9));
        let (status, problem) = approve(&network, &id, &terms().approve(&hash, &stranger)).await;
        assert_eq!((status, slug(&problem)), (422, "not-an-officer"));
        let mut longer = terms();
        longer.expires = Timestamp::from_millis(2_000_000_000_000).expect("a time");
        let (status, problem) = approve(&network, &id, &longer.approve(&hash, &network.officers[0])).await;
        assert_eq!((status, slug(&problem)), (422, "bad-signature"));
        let (_, case) = network.checked(Method::GET, "/v1/cases/{id}", &id, None).await;
        assert_eq!(case["approvals"], json!([]));
        let missing = "00000000-0000-7000-8000-000000000000";
        assert_eq!(network.checked(Method::GET, "/v1/cases/{id}", missing, None).await.0, 404);
        assert_eq!(network.checked(Method::GET, "/v1/accesses/{id}", &id, None).await.0, 404, "a case is no access");
        let (status, problem) = network.checked(Method::POST, "/v1/cases", "", Some(json!({ "reference": 1 }))).await;
        assert_eq!((status, slug(&problem)), (400, "schema"));
        network.stop().await;
    }
}
