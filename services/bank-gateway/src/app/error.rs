//! What a use case can answer instead of success.

use kontor_chassis::{database::DatabaseError, outbox::EnqueueError};
use kontor_ledger::exchange::ExchangeError;

use super::bank::KeptError;
use crate::{
    domain::{application::Refusal, offer::OfferError, verdict::Reason},
    store::StoreError,
};

/// Why a use case did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// There is no such thing.
    #[error("not found")]
    NotFound,
    /// The application's state does not allow it.
    #[error(transparent)]
    Refusal(#[from] Refusal),
    /// It was decided before, and otherwise.
    #[error("this was decided before")]
    Decided,
    /// The id stands for something else already.
    #[error("this id was used for something else")]
    Differs,
    /// Something of the request, named by its code, cannot be used.
    #[error("{}", .0.code)]
    Unusable(Reason),
    /// The draft is no offer.
    #[error(transparent)]
    Offer(#[from] OfferError),
    /// Another offer than the one that stands.
    #[error("this is not the offer that stands")]
    NotTheOffer,
    /// The offer's time has passed.
    #[error("the offer has expired")]
    OfferExpired,
    /// The seller did not sign.
    #[error("the acceptance is not signed by the document's seller")]
    Acceptance,
    /// Something could not be sealed to its reader.
    #[error(transparent)]
    Sealing(#[from] ExchangeError),
    /// Something kept is not readable.
    #[error(transparent)]
    Kept(#[from] KeptError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The outbox.
    #[error(transparent)]
    Outbox(#[from] EnqueueError),
    /// A row that must be there is not.
    #[error("{0} is missing")]
    Missing(&'static str),
}

impl From<DatabaseError> for AppError {
    fn from(error: DatabaseError) -> Self {
        Self::Store(error.into())
    }
}
