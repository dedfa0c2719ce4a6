//! The only mapping from the service's errors to problem types and status codes.

use kontor_chassis::Problem;

use crate::app::error::AppError;

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        let detail = error.to_string();
        match error {
            AppError::UnknownDocument => Self::new(404, "unknown-document", "There is no such document version"),
            AppError::UnknownAccess => Self::new(404, "unknown-access", "The ledger holds no such access as final"),
            AppError::Access(_) => Self::new(403, "access-not-permitted", "The access permits nothing").detail(detail),
            AppError::Authorisation => Self::new(403, "not-authorised", "The document key did not authorise this bank")
                .pointer("/authorisation"),
            AppError::OtherInput => Self::new(409, "already-evaluated", "Another input was evaluated before")
                .detail(detail)
                .pointer("/elements"),
            AppError::KindTwice => Self::new(422, "kind-twice", "Each kind at most once").pointer("/elements"),
            AppError::Element => Self::new(422, "element", "No group element").detail(detail).pointer("/elements"),
            AppError::Capsule => {
                Self::new(409, "capsule", "The document's escrow capsule does not hold").detail(detail)
            }
            AppError::TooMany(wait) => Self::new(429, "too-many-requests", "Too many evaluations")
                .retry_after(wait.as_secs().saturating_add(1)),
            AppError::Ledger(source) => {
                Self::new(503, "unavailable", "The bank's ledger node does not answer").retry_after(2).caused_by(source)
            }
            AppError::Inconsistent(_) => Self::internal(error),
            AppError::Database(error) => error.into(),
        }
    }
}
