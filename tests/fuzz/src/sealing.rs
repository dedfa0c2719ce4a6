//! Sealed documents and envelopes.

use kontor_sealing::{SealedDocument, envelope::Envelope};

/// A sealed document from its bytes.
pub fn document(data: &[u8]) {
    if let Ok(document) = SealedDocument::from_bytes(data) {
        let _ = document.check_root();
        assert_eq!(document.to_bytes(), data, "one document has one form");
    }
}

/// An envelope from its bytes.
pub fn envelope(data: &[u8]) {
    let _ = Envelope::from_bytes(data);
}
