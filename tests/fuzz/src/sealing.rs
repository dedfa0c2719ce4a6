//! Sealed documents, envelopes and grants.

use kontor_ledger::encoding::{from_cbor, to_cbor};
use kontor_sealing::{Disclosure, GrantedKeys, PartySeed, SealedDocument, SealedGrant, envelope};

/// A sealed document from its bytes.
pub fn document(data: &[u8]) {
    if let Ok(document) = SealedDocument::from_bytes(data) {
        assert_eq!(document.to_bytes(), data, "one document has one form");
        let _ = document.header.check();
        let _ = document.check_root();
        let leaf = document.leaves.first().map(|leaf| leaf.id);
        let _ = leaf.map(|id| document.leaf_proof(&id));
    }
}

/// An envelope from its bytes.
pub fn envelope(data: &[u8]) {
    if let Ok(sealed) = envelope::Envelope::from_bytes(data) {
        assert_eq!(sealed.to_bytes(), data, "one envelope has one form");
        let reader = PartySeed::from_bytes(&[7; 32]).encryption();
        let _ = envelope::open(&reader, "fuzz", b"", &sealed);
    }
}

/// A grant in CBOR, or a disclosure of a field in JSON.
pub fn grant(data: &[u8]) {
    if let Ok(grant) = from_cbor::<SealedGrant>(data) {
        assert_eq!(to_cbor(&grant), data, "one grant has one form");
        let reader = PartySeed::from_bytes(&[7; 32]).encryption();
        assert!(!matches!(grant.open(&reader), Ok(GrantedKeys::Whole(_))), "nobody gave the document");
    }
    let _ = serde_json::from_slice::<Disclosure>(data);
}
