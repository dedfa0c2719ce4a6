//! Whether an access that the ledger holds permits this member's partial decryption.

use kontor_ledger::{
    outcome::Outcome,
    receipt::{Proven, Receipt},
    record::{AccessTerms, Body},
};
use kontor_sealing::document::DocumentId;

/// Why no partial decryption is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AccessRefusal {
    /// The record is final but was refused.
    #[error("the ledger's rules refused this access")]
    Refused,
    /// The record is something else.
    #[error("the record is no access")]
    NotAnAccess,
    /// The access is to another document or version.
    #[error("the access is to another document or version")]
    OtherDocument,
}

/// The terms of an accepted access to this document version. `proven` is what the receipt was verified to prove.
///
/// # Errors
/// [`AccessRefusal`].
pub fn permitted<'a>(
    receipt: &'a Receipt,
    proven: &Proven,
    document: &DocumentId,
    version: u32,
) -> Result<&'a AccessTerms, AccessRefusal> {
    if proven.outcome != Outcome::Accepted {
        return Err(AccessRefusal::Refused);
    }
    let Body::SupervisionAccess { access, .. } = &receipt.record.unsigned.body else {
        return Err(AccessRefusal::NotAnAccess);
    };
    if access.document == *document && access.version == version {
        Ok(access)
    } else {
        Err(AccessRefusal::OtherDocument)
    }
}
