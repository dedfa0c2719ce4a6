//! Certificates as a node shows them, and its alarm about its own.

use std::time::Duration;

use kontor_ledger::{
    network_certificate::{CertificateSerial, CertificateTerms, RevocationReason},
    record::Body,
    time::Timestamp,
};
use kontor_sealing::Hash;
use serde_json::json;

use crate::network::{BANK, Network, Node, REGULATOR, id};

pub fn terms(number: u8, member: &str) -> CertificateTerms {
    let mut bytes = [0x41; 16];
    bytes[15] = number;
    CertificateTerms {
        member: id(member),
        service: "ledger-anchor".to_owned(),
        serial: CertificateSerial::try_from(bytes).unwrap(),
        fingerprint: Hash::sm3(&[&[number]]),
        not_before: Timestamp::from_millis(1_700_000_000_000).unwrap(),
        not_after: Timestamp::from_millis(1_800_000_000_000 + u64::from(number)).unwrap(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_are_listed_with_their_expiry_and_revocation() {
    let network = Network::new();
    let node = network.started().await;
    let issue = |number, member| Body::NetworkCertificateIssue { certificate: terms(number, member) };
    let (serial, reason) = (terms(2, BANK).serial, RevocationReason::Superseded);
    let revoke = Body::NetworkCertificateRevoke { serial, reason, at: network.genesis.created };
    let bodies = [issue(1, BANK), issue(2, BANK), issue(3, REGULATOR), revoke];
    let records = (1..).zip(bodies).map(|(number, body)| network.certified(body, number)).collect();
    let (status, answer) = node.submit(&network.batch(records, BANK)).await;
    assert_eq!(status, 200);
    assert!(answer.as_array().unwrap().iter().all(|one| one["outcome"] == "accepted"), "{answer}");

    let listed = async |query: &str| {
        let (status, page) = node.get(&format!("/v1/certificates{query}")).await;
        assert_eq!(status, 200, "{page}");
        let serials: Vec<_> =
            page["items"].as_array().unwrap().iter().map(|one| one["terms"]["serial"].clone()).collect();
        (serials, page["next"].clone())
    };
    let shown = |number| json!(terms(number, BANK).serial);
    assert_eq!(listed("").await.0, [shown(3), shown(2), shown(1)]);
    assert_eq!(listed(&format!("?member={BANK}")).await.0, [shown(2), shown(1)]);
    assert_eq!(listed("?revoked=true").await.0, [shown(2)]);
    assert_eq!(listed("?revoked=false").await.0, [shown(3), shown(1)]);
    let before = terms(3, BANK).not_after.to_string();
    assert_eq!(listed(&format!("?expiresBefore={before}")).await.0, [shown(2), shown(1)]);
    let (first, next) = listed("?limit=2").await;
    assert_eq!(first, [shown(3), shown(2)]);
    assert_eq!(listed(&format!("?limit=2&cursor={next}")).await, (vec![shown(1)], json!(null)));
    for bad in ["?limit=0", "?limit=101", "?member=x", "?cursor=-1"] {
        assert_eq!(node.get(&format!("/v1/certificates{bad}")).await.0, 400, "{bad}");
    }
    let (status, object) = node.get(&format!("/v1/objects/certificate:{serial}")).await;
    assert_eq!(
        (status, &object["type"], &object["revocation"]["reason"]),
        (200, &json!("certificate"), &json!("superseded"))
    );
    assert_eq!(node.get("/v1/objects/certificate:00").await.0, 404);
    node.running.stop().await;
}

async fn alarms(node: &Node, wanted: usize) -> serde_json::Value {
    for _ in 0..600 {
        let (_, shown) = node.get("/v1/network").await;
        if shown["alarms"].as_array().is_some_and(|all| all.len() == wanted) {
            return shown["alarms"].clone();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("not {wanted} alarms after 30 s");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_ends_and_cannot_be_renewed_raises_an_alarm_until_it_is_replaced() {
    let network = Network::new();
    let mut config = network.validator();
    let identity = &mut config["listen"]["mutual_tls"];
    network.age(identity, 2);
    // Nobody answers there.
    identity["issuer"] = json!({ "url": "https://localhost:9", "every": 1 });
    let mut aged = identity.clone();
    let node = network.start(config).await.unwrap_or_else(|error| panic!("{error}"));
    let raised = alarms(&node, 1).await;
    assert_eq!(raised[0]["kind"], "certificate");
    assert!(raised[0]["detail"].as_str().unwrap().contains("does not answer"), "{raised}");
    // Replaced by hand, without a restart.
    network.age(&mut aged, 29);
    alarms(&node, 0).await;
    node.running.stop().await;
}
