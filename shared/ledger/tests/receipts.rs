//! Receipts: frozen vectors, and every way to tamper with one.
//!
//! `cargo test -p kontor-ledger --test receipts -- --ignored` writes the vectors anew; a change in them breaks every
//! receipt that was ever given.

use ed25519_dalek::Signer as _;
use kontor_ledger::{
    Batch, BlockHeader, Body, Certificate, CertificateError, Genesis, Member, MemberId, MemberRole, Nonce, Officers,
    Outcome, Parameters, Receipt, ReceiptError, Record, RefusalCode, Timestamp, Unsigned, Vote,
    encoding::{from_cbor, to_cbor},
    merkle::{Frontier, MerkleError, record_leaf},
    receipt::{Format, verify},
};
use kontor_sealing::{EscrowPublic, Hash, PublicKey, Signature, SigningKey, Suite, escrow, keys::EncryptionPublicKey};
use serde_json::{Value, json};

const RECEIPT: &str = include_str!("../testdata/receipt.json");
const VECTORS: &str = include_str!("../testdata/vectors.json");

fn validator(index: u8) -> ed25519_dalek::SigningKey {
    ed25519_dalek::SigningKey::from_bytes(&[0x80 + index; 32])
}

fn member(index: u8) -> SigningKey {
    SigningKey::from_seed(&[0x40 + index; 32])
}

fn code(index: u8) -> MemberId {
    ["AURUDEFF", "BOREFRPP", "CITRNL2A", "DORAES2B"][usize::from(index)].parse().unwrap()
}

fn genesis() -> Genesis {
    let mut rng = rand::rng();
    let (regulator, _) = escrow::deal(2, 3, &mut rng).unwrap();
    let (network, _) = escrow::deal(3, 4, &mut rng).unwrap();
    let members = (0..4).map(|index| Member {
        id: code(index),
        name: format!("Bank {index}"),
        role: MemberRole::Bank,
        identity: member(index).public(),
        encryption: EncryptionPublicKey::from_bytes([index; 32]),
        validator: Some(PublicKey::from_bytes(Suite::Intl, validator(index).verifying_key().to_bytes())),
        evaluator: Some(u16::from(index) + 1),
    });
    Genesis {
        name: "vectors".to_owned(),
        created: "2026-01-02T03:04:05Z".parse().unwrap(),
        suites: vec![Suite::Intl],
        members: members.collect(),
        officers: Officers {
            threshold: 2,
            keys: (0..3).map(|index| SigningKey::from_seed(&[index; 32]).public()).collect(),
        },
        fingerprint: kontor_proofs::fingerprint::deal(3, 4, &mut rng).unwrap().0,
        escrow: EscrowPublic { regulator, network },
        parameters: Parameters::default(),
        authority: None,
    }
}

fn record(network: Hash, nonce: u64) -> Record {
    let body = Body::AnchorNotarise { digest: Hash::sm3(&[b"anything"]) };
    Unsigned { network, body, nonce: Nonce(nonce), author: member(1).public() }.sign(&member(1), code(0))
}

/// The receipt of the second of three records, which was refused.
fn receipt(genesis: &Genesis) -> Receipt {
    let network = genesis.hash();
    let timestamp: Timestamp = "2026-01-02T03:04:06.789Z".parse().unwrap();
    let outcomes = [Outcome::Accepted, Outcome::Refused(RefusalCode::NonceUsed), Outcome::Accepted];
    let records: Vec<Record> = (0..3).map(|nonce| record(network, nonce)).collect();
    let leaves: Vec<Hash> =
        records.iter().zip(outcomes).map(|(record, outcome)| record_leaf(&record.id(), outcome, timestamp)).collect();
    let mut log = Frontier::default();
    leaves.iter().for_each(|leaf| {
        log.append(*leaf);
    });
    let first = BlockHeader::first(genesis);
    let block = BlockHeader {
        height: 1,
        parent: first.digest(),
        timestamp,
        body: Hash::sm3(&[b"body"]),
        log_size: 3,
        log_root: log.root(),
        ..first
    };
    Receipt {
        format: Format::V1,
        record: records[1].clone(),
        outcome: outcomes[1],
        timestamp,
        position: 1,
        inclusion: vec![leaves[0], leaves[2]],
        block,
        certificate: certify(genesis, &block, &[0, 1, 3]),
        genesis: genesis.clone(),
    }
}

fn certify(genesis: &Genesis, block: &BlockHeader, signers: &[u32]) -> Certificate {
    let mut certificate = Certificate { epoch: 0, view: 4, parent_view: 2, payload: block.digest(), votes: Vec::new() };
    let message = certificate.message(&genesis.hash());
    let mut keys: Vec<_> = (0..4).map(validator).collect();
    keys.sort_by_key(|key| key.verifying_key().to_bytes());
    certificate.votes = signers
        .iter()
        .map(|&signer| Vote {
            signer,
            signature: Signature::from_bytes(keys[signer as usize].sign(&message).to_bytes()),
        })
        .collect();
    certificate
}

fn vectors(receipt: &Receipt) -> Value {
    let id = receipt.record.id();
    json!({
        "network": receipt.genesis.hash(),
        "recordId": id,
        "recordCbor": hex::encode(to_cbor(&receipt.record.unsigned)),
        "leaf": record_leaf(&id, receipt.outcome, receipt.timestamp),
        "root": receipt.block.log_root,
        "blockDigest": receipt.block.digest(),
        "certified": hex::encode(receipt.certificate.message(&receipt.genesis.hash())),
        "receiptCborSm3": Hash::sm3(&[&to_cbor(receipt)]),
    })
}

#[test]
fn a_genesis_without_an_authority_encodes_as_before_there_was_one() {
    let mut genesis = genesis();
    assert_eq!(to_cbor(&genesis).first(), Some(&0x88), "eight fields");
    let text = serde_json::to_string(&genesis).unwrap();
    assert!(!text.contains("authority"));
    assert_eq!(serde_json::from_str::<Genesis>(&text).unwrap().hash(), genesis.hash());
    let before = genesis.hash();
    genesis.authority = genesis.members.first().map(|member| member.identity);
    assert_ne!(genesis.hash(), before);
    assert!(matches!(genesis.check(), Err(kontor_ledger::GenesisError::Authority(_))));
}

#[test]
#[ignore = "writes the vectors anew"]
fn write_vectors() {
    let receipt = receipt(&genesis());
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/");
    for (name, value) in [("receipt.json", json!(receipt)), ("vectors.json", vectors(&receipt))] {
        std::fs::write(format!("{folder}{name}"), serde_json::to_string_pretty(&value).unwrap() + "\n").unwrap();
    }
}

#[test]
fn vectors_are_as_frozen() {
    let frozen: Receipt = serde_json::from_str(RECEIPT).unwrap();
    let expected: Value = serde_json::from_str(VECTORS).unwrap();
    assert_eq!(vectors(&frozen), expected);
    assert_eq!(receipt(&frozen.genesis), frozen);
    assert_eq!(from_cbor::<Receipt>(&to_cbor(&frozen)).unwrap(), frozen);
    let pinned = expected["network"].as_str().unwrap().parse().unwrap();
    let proven = verify(&frozen, &pinned).unwrap();
    assert_eq!(proven.outcome, Outcome::Refused(RefusalCode::NonceUsed));
    assert_eq!((proven.position, proven.log_size, proven.signers, proven.validators), (1, 3, 3, 4));
}

#[test]
fn a_receipt_says_which_check_failed() {
    let genesis = genesis();
    let (good, pinned) = (receipt(&genesis), genesis.hash());
    assert!(verify(&good, &pinned).is_ok());
    let check = |tamper: &dyn Fn(&mut Receipt)| {
        let mut bad = good.clone();
        tamper(&mut bad);
        verify(&bad, &pinned).expect_err("a tampered receipt verified")
    };
    assert!(matches!(verify(&good, &Hash::default()), Err(ReceiptError::Network { .. })));
    assert!(matches!(check(&|bad| bad.genesis.name.push('!')), ReceiptError::Network { .. }));
    assert_eq!(check(&|bad| bad.record.unsigned.network = Hash::default()), ReceiptError::RecordNetwork);
    assert_eq!(check(&|bad| bad.record.unsigned.nonce = Nonce(9)), ReceiptError::Author);
    assert_eq!(check(&|bad| bad.record.sponsor = code(2)), ReceiptError::Author);
    assert_eq!(check(&|bad| bad.outcome = Outcome::Accepted), ReceiptError::Inclusion(MerkleError::Root));
    assert_eq!(check(&|bad| bad.position = 0), ReceiptError::Inclusion(MerkleError::Root));
    assert_eq!(check(&|bad| bad.position = 3), ReceiptError::Inclusion(MerkleError::Bounds));
    assert_eq!(check(&|bad| bad.inclusion.truncate(1)), ReceiptError::Inclusion(MerkleError::Length));
    assert_eq!(check(&|bad| bad.timestamp = bad.timestamp.plus_millis(1)), ReceiptError::Time);
    assert_eq!(check(&|bad| bad.block.epoch = 1), ReceiptError::Epoch(1));
    assert_eq!(check(&|bad| bad.block.network = Hash::default()), ReceiptError::BlockNetwork);
    assert!(matches!(check(&|bad| bad.block.height = 2), ReceiptError::Payload { .. }));
    let few = ReceiptError::Certificate(CertificateError::Quorum { signers: 2, quorum: 3 });
    assert_eq!(check(&|bad| bad.certificate = certify(&genesis, &good.block, &[0, 1])), few);
    let moved = ReceiptError::Certificate(CertificateError::Signature(0));
    assert_eq!(check(&|bad| bad.certificate.view += 1), moved);
}

#[test]
fn the_json_form_is_strict() {
    let good = json!(receipt(&genesis()));
    assert!(serde_json::from_value::<Receipt>(good.clone()).is_ok());
    for pointer in ["", "/record", "/record/body", "/block", "/certificate", "/certificate/votes/0", "/genesis"] {
        let mut bad = good.clone();
        let object = bad.pointer_mut(pointer).and_then(Value::as_object_mut).unwrap();
        object.insert("extra".to_owned(), json!(1));
        assert!(serde_json::from_value::<Receipt>(bad).is_err(), "{pointer:?} took an unknown field");
    }
}

#[test]
fn batches_are_checked_whole() {
    let network = Hash::default();
    let records: Vec<Record> = (0..3).map(|nonce| record(network, nonce)).collect();
    let batch = Batch::sign(records.clone(), code(0), &member(0)).unwrap();
    assert_eq!(batch.check(&member(0).public()).unwrap(), batch.ids());
    assert!(batch.check(&member(1).public()).is_err());
    let mut reordered = batch.clone();
    reordered.records.swap(0, 1);
    assert!(reordered.check(&member(0).public()).is_err());
    let mut forged = batch;
    forged.records[2].signature = forged.records[1].signature;
    assert!(forged.check(&member(0).public()).is_err());
    assert!(Batch::sign(records, code(1), &member(1)).is_err());
    assert!(Batch::sign(vec![], code(1), &member(1)).is_err());
}
