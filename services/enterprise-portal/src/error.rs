//! Why the portal did not do what was asked; `http/problem.rs` says what the client reads.

use kontor_chassis::{accounts::AccountError, database::DatabaseError, outbox::EnqueueError};
use kontor_ledger::member::MemberId;
use kontor_sealing::SealingError;

use crate::domain::{attestation, financing, handle::Handle, role_request, sponsorship::NotSponsored};

/// One reason for each thing a caller can tell apart.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database did not answer, or a query failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// A column holds something that was never written there.
    #[error("the column {0} holds something that was never written there")]
    Stored(&'static str),
    /// A message could not be put into the outbox.
    #[error(transparent)]
    Enqueue(#[from] EnqueueError),
    /// The sign-in account could not be made.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// There is no such thing, or it is not the caller's.
    #[error("there is no such thing for this caller")]
    NotFound,
    /// The signature does not belong to the identity key.
    #[error("the signature does not belong to the identity key")]
    Possession,
    /// No bank of the network has that code.
    #[error("{0} is not a bank of the network")]
    UnknownBank(MemberId),
    /// No enterprise has that name.
    #[error("no enterprise is called {0}")]
    UnknownParty(Handle),
    /// The bank answered otherwise before.
    #[error(transparent)]
    AttestationAnswered(#[from] attestation::AlreadyAnswered),
    /// The party gave another key before.
    #[error(transparent)]
    RoleAnswered(#[from] role_request::AlreadyAnswered),
    /// Not while the request stands where it does.
    #[error(transparent)]
    Financing(#[from] financing::Refusal),
    /// A request names neither a bank nor an outline.
    #[error("a request goes to a bank or has an outline for matching")]
    NeitherBankNorOutline,
    /// The document has no such version.
    #[error("the document has no version {0}")]
    UnknownVersion(u32),
    /// The record gave no grant for the document, or it was withdrawn.
    #[error("the record gave no grant for this document, or the grant was withdrawn")]
    UnknownGrant,
    /// The operator does not relay the record.
    #[error(transparent)]
    NotSponsored(#[from] NotSponsored),
    /// The record anchors a sealed document that was not uploaded.
    #[error("upload the sealed document before the record that anchors it")]
    AttachmentMissing,
    /// The record's header or root is not that of the sealed document.
    #[error("header or root of the record are not those of the sealed document")]
    AttachmentMismatch,
    /// The upload's digest is another one.
    #[error("the bytes do not have the digest they were sent under")]
    Digest,
    /// The upload is no sealed document.
    #[error("only sealed documents are stored: {0}")]
    NotSealed(#[source] SealingError),
    /// No node of the ledger answered.
    #[error("no node of the ledger answered: {0}")]
    Ledger(String),
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error.into())
    }
}
