//! The only mapping from the gateway's errors to problem types and status codes.

use kontor_chassis::Problem;

use crate::{
    app::error::AppError,
    store::{StoreError, page::PageError},
};

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Database(error) => error.into(),
            StoreError::Corrupt(_) => Self::internal(error),
        }
    }
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        match error {
            AppError::NotFound => Self::not_found(),
            AppError::Refusal(refusal) => Self::new(409, "wrong-state", "The application's state does not allow this")
                .detail(refusal.to_string())
                .with("state", refusal.state.name()),
            AppError::Decided => Self::new(409, "decided", "This was decided before"),
            AppError::Differs => Self::new(409, "known-otherwise", "This id was used for something else"),
            AppError::Unusable(reason) => {
                let problem = Self::new(422, "unusable", "What this rests on cannot be used").with("code", reason.code);
                match reason.detail {
                    Some(detail) => problem.detail(detail),
                    None => problem,
                }
            }
            AppError::Offer(error) => Self::new(422, "offer", "The offer cannot be made").detail(error.to_string()),
            AppError::NotTheOffer => Self::new(409, "not-the-offer", "This is not the offer that stands"),
            AppError::OfferExpired => Self::new(422, "offer-expired", "The offer has expired"),
            AppError::Acceptance => {
                Self::new(422, "bad-signature", "The acceptance is not signed by the document's seller")
                    .pointer("/signature")
            }
            AppError::Store(error) => error.into(),
            AppError::Outbox(error) => error.into(),
            AppError::Sealing(_) | AppError::Kept(_) | AppError::Missing(_) => Self::internal(error),
        }
    }
}

impl From<PageError> for Problem {
    fn from(error: PageError) -> Self {
        Self::new(400, "malformed", "The request is malformed").detail(error.to_string())
    }
}
