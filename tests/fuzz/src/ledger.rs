//! Records, batches, blocks, receipts and geneses.

use kontor_ledger::{
    batch::Batch,
    block::BlockHeader,
    certificate::Certificate,
    encoding::{from_cbor, to_cbor},
    genesis::Genesis,
    receipt::{self, Receipt},
    record::Record,
};
use kontor_sealing::{Hash, SigningKey};

/// A batch in canonical CBOR.
pub fn batch(data: &[u8]) {
    if let Ok(batch) = from_cbor::<Batch>(data) {
        assert_eq!(to_cbor(&batch), data, "one batch has one form");
        let _ = batch.check(&SigningKey::from_seed(&[1; 32]).public());
        let json = serde_json::to_vec(&batch).expect("JSON");
        assert_eq!(serde_json::from_slice::<Batch>(&json).ok(), Some(batch.clone()), "JSON keeps the batch");
        for record in &batch.records {
            let _ = record.verify_author(&record.id());
        }
    }
}

/// A block's header or its certificate in canonical CBOR.
pub fn block(data: &[u8]) {
    if let Ok(header) = from_cbor::<BlockHeader>(data) {
        let _ = header.digest();
    }
    if let Ok(certificate) = from_cbor::<Certificate>(data) {
        let validators: Vec<_> = (0..4).map(|seed| SigningKey::from_seed(&[seed; 32]).public()).collect();
        assert!(certificate.verify(&Hash::sm3(&[b"fuzz"]), &validators).is_err(), "no validator signed");
    }
}

/// A record in JSON.
pub fn record(data: &[u8]) {
    if let Ok(record) = serde_json::from_slice::<Record>(data) {
        let again: Result<Record, _> = serde_json::to_vec(&record).and_then(|json| serde_json::from_slice(&json));
        assert_eq!(again.ok().map(|again| again.id()), Some(record.id()), "JSON keeps the record");
    }
}

/// A receipt in JSON, checked against its own genesis.
pub fn receipt(data: &[u8]) {
    if let Ok(receipt) = serde_json::from_slice::<Receipt>(data) {
        let _ = receipt::verify(&receipt, &receipt.genesis.hash());
    }
}

/// A genesis in JSON.
pub fn genesis(data: &[u8]) {
    if let Ok(genesis) = serde_json::from_slice::<Genesis>(data) {
        let _ = genesis.check();
    }
}
