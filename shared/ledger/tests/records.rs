//! Frozen encodings: records of every kind that has one here, and those of earlier versions that must still be read.

use kontor_ledger::{
    alert::{AlertTerms, AppealTerms, Severity},
    encoding::{from_cbor, to_cbor},
    receivable::{Child, Issue, consent},
    record::{Body, Fingerprint, FingerprintKind, Headroom, NearMatchAction, Nonce, Record, Reservation, Unsigned},
    source::SourceClaim,
    time::Timestamp,
};
use kontor_proofs::Proof;
use kontor_sealing::{Commitment, Hash, SigningKey, document::DocumentId};
use serde_json::{Value, json};

const FROZEN: &str = include_str!("../testdata/records.json");

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(&[seed; 32])
}

fn fingerprint(kind: FingerprintKind) -> Fingerprint {
    Fingerprint { kind, value: Hash::from_bytes([kind as u8 + 1; 32]) }
}

fn proof(byte: u8) -> Proof {
    Proof::from_bytes(vec![byte; 4]).unwrap()
}

fn time(millis: u64) -> Timestamp {
    Timestamp::from_millis(millis).unwrap()
}

fn document(byte: u8) -> DocumentId {
    DocumentId::from_bytes([byte; 32])
}

fn reservation(kinds: &[FingerprintKind], sources: Vec<SourceClaim>) -> Body {
    let claim = Reservation {
        document: document(1),
        version: 1,
        fingerprints: kinds.iter().copied().map(fingerprint).collect(),
        amount: Commitment::from_bytes([2; 32]),
        range: proof(3),
        advance_rate: 8_000,
        headroom: Headroom { live: vec![Hash::from_bytes([4; 32])], proof: proof(5) },
        expires: time(1_800_000_000_000),
        acknowledgement: Some(NearMatchAction::AskBuyer),
        sources,
    };
    Body::ClaimReserve { claim: Box::new(claim) }
}

fn bodies() -> Vec<(&'static str, Body)> {
    use FingerprintKind as Kind;
    let headroom = Headroom { live: vec![], proof: proof(6) };
    let receivable = Hash::from_bytes([7; 32]);
    let issue = Issue {
        document: document(1),
        version: 2,
        amount: Commitment::from_bytes([8; 32]),
        range: proof(9),
        headroom: headroom.clone(),
        due: time(1_900_000_000_000),
        fingerprints: vec![fingerprint(Kind::Exact), fingerprint(Kind::NearAmount)],
        acknowledgement: None,
    };
    let source =
        SourceClaim { fingerprint: fingerprint(Kind::Source).value, document: document(10), version: 1, headroom };
    let child = |seed| Child { holder: key(seed).public(), amount: Commitment::from_bytes([seed; 32]), parts: 2 };
    let bank = "AURUDEFF".parse().unwrap();
    let consent = consent(&key(11), &Hash::default(), &receivable, &key(12).public(), &bank);
    let appeal = AppealTerms {
        document: document(1),
        against: receivable,
        kind: Kind::NearNumber,
        reason: "two deliveries".to_owned(),
    };
    let alert = AlertTerms {
        rule: "concentration".to_owned(),
        severity: Severity::Critical,
        text: "look".to_owned(),
        documents: vec![document(1)],
        claims: vec![receivable],
    };
    vec![
        // As they were before there were sources and a third kind of fingerprint.
        ("claim-reserve before sources", reservation(&[Kind::Exact, Kind::NearNumber], vec![])),
        ("claim-reserve", reservation(&[Kind::Exact, Kind::NearNumber, Kind::NearAmount], vec![source])),
        ("receivable-issue", Body::ReceivableIssue { issue: Box::new(issue) }),
        ("receivable-acknowledge", Body::ReceivableAcknowledge { receivable }),
        (
            "receivable-split",
            Body::ReceivableSplit { receivable, children: vec![child(13), child(14)], proof: proof(15) },
        ),
        ("receivable-transfer", Body::ReceivableTransfer { receivable, to: key(16).public() }),
        ("receivable-finance", Body::ReceivableFinance { receivable, consent }),
        ("receivable-settle", Body::ReceivableSettle { receivable }),
        ("claim-appeal", Body::ClaimAppeal { appeal }),
        ("supervision-alert", Body::SupervisionAlert { alert }),
    ]
}

fn record(body: Body) -> Record {
    let author = key(20);
    let unsigned = Unsigned { network: Hash::default(), body, nonce: Nonce(21), author: author.public() };
    unsigned.sign(&author, "AURUDEFF".parse().unwrap())
}

#[test]
fn records_are_as_frozen() {
    let frozen: Value = serde_json::from_str(FROZEN).unwrap();
    for (name, body) in bodies() {
        let record = record(body);
        let expected = &frozen[name];
        assert_eq!(expected["id"], record.id().to_string(), "{name}");
        assert_eq!(expected["cbor"], hex::encode(to_cbor(&record)), "{name}");
        assert_eq!(expected["json"], json!(record), "{name}");
        let bytes = hex::decode(expected["cbor"].as_str().unwrap()).unwrap();
        assert_eq!(from_cbor::<Record>(&bytes).unwrap(), record, "{name}");
        assert_eq!(serde_json::from_value::<Record>(expected["json"].clone()).unwrap(), record, "{name}");
        assert!(name.starts_with(record.unsigned.body.kind()));
    }
}

#[test]
fn a_claim_without_sources_has_one_encoding() {
    let Body::ClaimReserve { claim } = reservation(&[FingerprintKind::Exact], vec![]) else { unreachable!() };
    let bytes = to_cbor(&*claim);
    assert_eq!(bytes[0], 0x89, "nine fields, as before there were sources");
    let mut spelled = bytes;
    spelled[0] = 0x8a;
    spelled.push(0x80);
    assert!(from_cbor::<Reservation>(&spelled).is_err(), "an empty list is another encoding of the same claim");
}

#[test]
#[ignore = "writes the vectors anew"]
fn write_records() {
    let of = |record: &Record| json!({ "id": record.id(), "cbor": hex::encode(to_cbor(record)), "json": record });
    let all: serde_json::Map<String, Value> =
        bodies().into_iter().map(|(name, body)| (name.to_owned(), of(&record(body)))).collect();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/records.json");
    std::fs::write(path, serde_json::to_string_pretty(&Value::Object(all)).unwrap() + "\n").unwrap();
}
