//! Receipts: frozen vectors, and every way to tamper with one.
//!
//! `cargo test -p kontor-ledger --test receipts -- --ignored` writes the vectors anew; a change in them breaks every
//! receipt that was ever given.

use ed25519_dalek::Signer as _;
use kontor_ledger::{
    Batch, BlockHeader, Body, Certificate, CertificateError, EpochEnd, EpochError, Genesis, Member, MemberId,
    MemberRole, Nonce, Officers, Outcome, Parameters, Receipt, ReceiptError, Record, RefusalCode, Timestamp, Unsigned,
    Vote,
    encoding::{from_cbor, to_cbor},
    epoch::validators_hash,
    merkle::{Frontier, MerkleError, record_leaf},
    receipt::{Format, verify},
};
use kontor_sealing::{EscrowPublic, Hash, PublicKey, Signature, SigningKey, Suite, escrow, keys::EncryptionPublicKey};
use serde_json::{Value, json};

const RECEIPT: &str = include_str!("../testdata/receipt.json");
const LATER: &str = include_str!("../testdata/receipt-of-a-later-epoch.json");
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
        rules: 1,
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
        epochs: Vec::new(),
    }
}

fn certify(genesis: &Genesis, block: &BlockHeader, signers: &[u32]) -> Certificate {
    certify_by(genesis, block, 0..4, signers)
}

/// Signed by `signers` of the validators that have these seeds.
fn certify_by(genesis: &Genesis, block: &BlockHeader, seeds: std::ops::Range<u8>, signers: &[u32]) -> Certificate {
    let (epoch, payload) = (block.epoch, block.digest());
    let mut certificate = Certificate { epoch, view: 4, parent_view: 2, payload, votes: Vec::new() };
    let message = certificate.message(&genesis.hash());
    let mut keys: Vec<_> = seeds.map(validator).collect();
    keys.sort_by_key(|key| key.verifying_key().to_bytes());
    let vote = |&signer: &u32| {
        let signature = Signature::from_bytes(keys[signer as usize].sign(&message).to_bytes());
        Vote { signer, signature }
    };
    certificate.votes = signers.iter().map(vote).collect();
    certificate
}

/// A receipt of the second epoch, whose validators are the seeds from 1 to 5.
fn later_receipt(genesis: &Genesis) -> Receipt {
    let mut receipt = receipt(genesis);
    let key = |seed: u8| PublicKey::from_bytes(Suite::Intl, validator(seed).verifying_key().to_bytes());
    let mut validators: Vec<_> = (1..6).map(key).collect();
    validators.sort_unstable();
    let end = BlockHeader { validators: validators_hash(&validators), ..receipt.block };
    let certificate = certify(genesis, &end, &[1, 2, 3]);
    receipt.block = BlockHeader { epoch: 1, height: 2, parent: end.digest(), ..end };
    receipt.certificate = certify_by(genesis, &receipt.block, 1..6, &[0, 1, 2, 4]);
    receipt.epochs = vec![EpochEnd { block: end, certificate, validators }];
    receipt
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
    assert_eq!(to_cbor(&genesis).first(), Some(&0x89), "nine fields");
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
    let genesis = genesis();
    let (receipt, later) = (receipt(&genesis), later_receipt(&genesis));
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/");
    let files = [
        ("receipt.json", json!(receipt)),
        ("receipt-of-a-later-epoch.json", json!(later)),
        ("vectors.json", vectors(&receipt)),
    ];
    for (name, value) in files {
        std::fs::write(format!("{folder}{name}"), serde_json::to_string_pretty(&value).unwrap() + "\n").unwrap();
    }
}

#[test]
fn vectors_are_as_frozen() {
    let frozen: Receipt = serde_json::from_str(RECEIPT).unwrap();
    let expected: Value = serde_json::from_str(VECTORS).unwrap();
    assert_eq!(vectors(&frozen), expected);
    assert_eq!(receipt(&frozen.genesis), frozen);
    assert_eq!(later_receipt(&frozen.genesis), serde_json::from_str(LATER).unwrap());
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
fn validators_hand_over_to_the_next() {
    let genesis = genesis();
    let (good, pinned) = (later_receipt(&genesis), genesis.hash());
    let proven = verify(&good, &pinned).unwrap();
    assert_eq!((proven.signers, proven.validators), (4, 5));
    assert_eq!(from_cbor::<Receipt>(&to_cbor(&good)).unwrap(), good);
    let check = |tamper: &dyn Fn(&mut Receipt)| {
        let mut bad = good.clone();
        tamper(&mut bad);
        verify(&bad, &pinned).expect_err("a tampered receipt verified")
    };
    assert_eq!(check(&|bad| bad.epochs.clear()), ReceiptError::Epoch(1));
    assert_eq!(check(&|bad| bad.epochs.push(bad.epochs[0].clone())), ReceiptError::Epoch(1));
    let others = ReceiptError::Epochs(EpochError::Validators(0));
    assert_eq!(check(&|bad| bad.epochs[0].validators.swap(0, 1)), others);
    assert_eq!(check(&|bad| bad.epochs[0].validators.truncate(4)), others);
    let few = CertificateError::Quorum { signers: 2, quorum: 3 };
    let uncertified = ReceiptError::Epochs(EpochError::Certificate(0, few));
    assert_eq!(check(&|bad| bad.epochs[0].certificate.votes.truncate(2)), uncertified);
    assert_eq!(check(&|bad| bad.epochs[0].block.height = 7), ReceiptError::Epochs(EpochError::Block(0)));
    // A block that names the validators that sign it ends nothing.
    let first = receipt(&genesis).block;
    let unended = check(&|bad| {
        bad.epochs[0].block = first;
        bad.epochs[0].certificate = certify(&genesis, &first, &[0, 1, 2]);
    });
    assert_eq!(unended, ReceiptError::Epochs(EpochError::Block(0)));
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
