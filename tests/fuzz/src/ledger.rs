//! Records, batches, receipts and geneses.

use kontor_ledger::{
    batch::Batch,
    encoding::{from_cbor, to_cbor},
    genesis::Genesis,
    receipt::{self, Receipt},
    record::Record,
};

/// A batch in canonical CBOR.
pub fn batch(data: &[u8]) {
    if let Ok(batch) = from_cbor::<Batch>(data) {
        assert_eq!(to_cbor(&batch), data, "one batch has one form");
        let _ = batch.check_shape();
        for record in &batch.records {
            let _ = record.verify_author(&record.id());
        }
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
