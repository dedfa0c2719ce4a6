//! What a use case can answer instead of success.

use std::time::Duration;

use kontor_chassis::database::DatabaseError;
use kontor_ledger::client::ClientError;

use crate::domain::access::AccessRefusal;

/// Why a use case did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The own node knows no such document or version.
    #[error("the ledger knows no such document version")]
    UnknownDocument,
    /// The own node knows no such access, or not yet.
    #[error("the ledger holds no such access as final")]
    UnknownAccess,
    /// The access permits nothing.
    #[error(transparent)]
    Access(#[from] AccessRefusal),
    /// The document key did not authorise this bank.
    #[error("the document key did not authorise this bank's evaluation")]
    Authorisation,
    /// Another input was evaluated for this document version, bank and kind.
    #[error("another input was evaluated for this document version, bank and kind")]
    OtherInput,
    /// Two elements of one kind.
    #[error("two elements of one kind")]
    KindTwice,
    /// The bytes are no element.
    #[error("the blinded element is no group element")]
    Element,
    /// The capsule was not made for this document, so decrypting it would open another.
    #[error("the document's escrow capsule does not hold")]
    Capsule,
    /// Too many evaluations.
    #[error("too many evaluations")]
    TooMany(Duration),
    /// The own node does not answer, or not what it should.
    #[error(transparent)]
    Ledger(#[from] ClientError),
    /// The own node contradicts itself.
    #[error("the ledger's node contradicts itself about {0}")]
    Inconsistent(&'static str),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<diesel::result::Error> for AppError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error.into())
    }
}
