//! Why the marketplace did not do what was asked, or did not start.

use kontor_chassis::{
    database::{DatabaseError, OpenError},
    outbox::EnqueueError,
    server::StartError,
    tls::TlsError,
};

use crate::domain::product::CriteriaError;

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
    /// There is no such thing.
    #[error("there is no such thing")]
    NotFound,
    /// The criteria contradict themselves.
    #[error(transparent)]
    Criteria(#[from] CriteriaError),
    /// The request was matched with another outline.
    #[error("the request was matched with another outline before")]
    OtherOutline,
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error.into())
    }
}

/// Why it does not start; one line.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// No listener for banks and the portal.
    #[error("marketplace: listen.mutual_tls is missing: banks and the portal come by it")]
    NoMutualTls,
    /// The genesis cannot be used.
    #[error("marketplace: cannot use the genesis {path}: {reason}")]
    Genesis {
        /// The file.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// The database cannot be used.
    #[error("marketplace: {0}")]
    Database(#[from] OpenError),
    /// The certificate cannot be used.
    #[error("marketplace: {0}")]
    Tls(#[from] TlsError),
    /// It cannot listen.
    #[error(transparent)]
    Start(#[from] StartError),
}
