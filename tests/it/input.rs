//! Input that a node must not take: each gets its own problem, and the log stays as it was.

use std::time::Duration;

use kontor::figures::workload::Workload;
use kontor_ledger::record::Body;
use kontor_sealing::{Hash, SigningKey};
use kontor_tests::Network;
use serde_json::{Value, json};

const WAIT: Duration = Duration::from_secs(10);

fn slug(problem: &Value) -> &str {
    problem["type"].as_str().and_then(|kind| kind.rsplit('/').next()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_bad_input_has_its_own_problem_and_changes_nothing() {
    let network = Network::start().await;
    let bank = network.bank("bank-a");
    let good = bank.anchor(1);
    let (status, answer) = bank.submit(vec![good.clone()], WAIT).await;
    assert_eq!((status.as_u16(), &answer["outcome"]), (201, &json!("accepted")), "{answer}");
    let (status, again) = bank.submit(vec![good.clone()], WAIT).await;
    assert_eq!((status.as_u16(), &again["position"]), (201, &answer["position"]), "the same record is the same");
    let size = bank.size().await;

    let batch = |records: &[kontor_ledger::record::Record]| {
        let batch = kontor_ledger::batch::Batch::sign(records.to_vec(), bank.member, &bank.identity).unwrap();
        serde_json::to_value(batch).unwrap()
    };
    let mut wrong_schema = batch(&[bank.anchor(2)]);
    wrong_schema["records"][0]["nonce"] = json!("two");
    let mut bad_author = batch(&[bank.anchor(2)]);
    bad_author["records"][0]["signature"] = json!("00".repeat(64));
    let mut bad_sponsor = batch(&[bank.anchor(2)]);
    bad_sponsor["signature"] = json!("00".repeat(64));
    let replayed = bank.record(Body::AnchorNotarise { digest: Hash::sm3(&[b"other"]) }, 1, &bank.identity);
    let stranger = SigningKey::from_seed(&[9; 32]);
    let mut unknown = bank.anchor(2);
    unknown.sponsor = "NOBODY00".parse().unwrap();
    let unknown = kontor_ledger::batch::Batch::sign(vec![unknown], "NOBODY00".parse().unwrap(), &stranger).unwrap();
    let mut other_network = bank.anchor(2);
    other_network.unsigned.network = Hash::sm3(&[b"elsewhere"]);
    let other_network = other_network.unsigned.sign(&bank.identity, bank.member);

    let text = |value: &Value| value.to_string().into_bytes();
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("malformed", b"{\"records\": [".to_vec()),
        ("schema", text(&wrong_schema)),
        ("too-large", vec![b' '; 17 << 20]),
        ("bad-signature", text(&bad_author)),
        ("bad-signature", text(&bad_sponsor)),
        ("replayed", text(&batch(&[replayed]))),
        ("unknown-member", text(&serde_json::to_value(unknown).unwrap())),
        ("wrong-network", text(&batch(&[other_network]))),
    ];
    for (expected, body) in cases {
        let (status, problem) = bank.post(body, WAIT).await;
        assert!(status.is_client_error(), "{expected}: {status} {problem}");
        assert_eq!(slug(&problem), expected, "{problem}");
        assert_eq!(bank.size().await, size, "{expected} changed the log");
    }

    // A proof is judged by the rules, so the attempt stays in the log; no claim comes of it.
    let mut load = Workload::new(bank.member, &bank.identity, &network.genesis, rand::make_rng());
    let (before, good, key) = load.reservation().unwrap();
    let (status, answer) = bank.submit(before, WAIT).await;
    assert_eq!(status.as_u16(), 200, "{answer}");
    let mut size = bank.size().await;
    let mut wrong_range = good.clone();
    wrong_range.range = good.headroom.proof.clone();
    let mut no_headroom = good.clone();
    no_headroom.headroom.proof = kontor_proofs::Proof::default();
    for (nonce, code, claim) in [(1, "range-proof-invalid", wrong_range), (2, "headroom-proof-invalid", no_headroom)] {
        let claim = bank.record(Body::ClaimReserve { claim: Box::new(claim) }, nonce, &key);
        let (status, problem) = bank.submit(vec![claim.clone()], WAIT).await;
        assert_eq!((status.as_u16(), slug(&problem), &problem["code"]), (422, "bad-proof", &json!(code)), "{problem}");
        size += 1;
        assert_eq!(bank.size().await, size);
        assert_eq!(bank.object(&claim.id()).await, None);
    }
    let claim = bank.record(Body::ClaimReserve { claim: Box::new(good) }, 3, &key);
    let (status, answer) = bank.submit(vec![claim.clone()], WAIT).await;
    assert_eq!(status.as_u16(), 201, "{answer}");
    assert!(bank.object(&claim.id()).await.is_some());
    size += 1;

    // What only the rules can judge is kept as evidence, and its problem says which record and why.
    let by_stranger = bank.record(Body::AnchorNotarise { digest: Hash::sm3(&[b"x"]) }, 7, &stranger);
    let (status, problem) = bank.submit(vec![by_stranger.clone()], WAIT).await;
    assert_eq!((status.as_u16(), slug(&problem)), (422, "refused"), "{problem}");
    assert_eq!(problem["recordId"], by_stranger.id().to_string());
    assert_eq!(bank.size().await, size + 1);
    network.processes.stop().await;
}
