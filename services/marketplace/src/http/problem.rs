//! The only mapping from the marketplace's errors to problem types and status codes.

use kontor_chassis::{Problem, ca::AuthorityError};

use crate::error::Error;

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let text = error.to_string();
        match error {
            Error::Database(error) => error.into(),
            Error::Enqueue(error) => error.into(),
            Error::Stored(_) | Error::NotACertificate | Error::Ledger(_) | Error::Interrupted => Self::internal(error),
            Error::NotFound => Self::not_found(),
            Error::Renewal(_) | Error::NotYours => Self::forbidden().detail(text),
            Error::Authority(AuthorityError::Request(_)) => {
                Self::new(422, "signing-request", "The signing request cannot be used").detail(text).pointer("/csr")
            }
            Error::Authority(_) => Self::internal(error),
            Error::TooMany => {
                Self::new(429, "too-many-certificates", "Too many certificates").detail(text).retry_after(3_600)
            }
            Error::NotRecorded(_) => Self::new(409, "not-recorded", "The ledger did not record it").detail(text),
            Error::Criteria(_) => Self::new(422, "criteria", "The criteria cannot be met")
                .detail(text)
                .pointer("/minAmount")
                .pointer("/maxAmount"),
            Error::OtherOutline => {
                Self::new(409, "other-outline", "The request was matched before").detail(text).pointer("/outline")
            }
        }
    }
}
