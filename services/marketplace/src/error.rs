//! Why the marketplace did not do what was asked, or did not start.

use std::path::PathBuf;

use kontor_chassis::{
    ca::AuthorityError,
    database::{DatabaseError, OpenError},
    outbox::EnqueueError,
    server::StartError,
    tls::TlsError,
};

use kontor_ledger::{client::ClientError, member::MemberId};

use crate::domain::{certificate::RenewalError, product::CriteriaError};

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
    /// A certificate cannot be renewed as asked.
    #[error(transparent)]
    Renewal(#[from] RenewalError),
    /// The authority could not do its work, or the signing request cannot be used.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// A service has its certificate renewed too often.
    #[error("the service had its certificate renewed 20 times within a day")]
    TooMany,
    /// What was issued names no member of a network.
    #[error("the certificate names no member of a network")]
    NotACertificate,
    /// Neither the caller's certificate, nor the caller an administrator.
    #[error("the certificate is another member's")]
    NotYours,
    /// The ledger refused the record.
    #[error("the ledger refused the record: {0}")]
    NotRecorded(String),
    /// The ledger gave no answer.
    #[error(transparent)]
    Ledger(#[from] ClientError),
    /// A task was interrupted.
    #[error("the work was interrupted")]
    Interrupted,
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
    /// The authority's files cannot be used.
    #[error("marketplace: {0}")]
    Authority(#[from] AuthorityError),
    /// A key's file cannot be used.
    #[error("marketplace: {} does not hold 64 hexadecimal digits", .0.display())]
    Key(PathBuf),
    /// The key is not the one in the genesis.
    #[error("marketplace: authority.key is not the key that the genesis names for the authority")]
    OtherAuthority,
    /// The seed is not the operator's.
    #[error("marketplace: neither the genesis nor the ledger lists {0} with the key of authority.seed")]
    OtherSeed(MemberId),
    /// The certificate cannot be used.
    #[error("marketplace: {0}")]
    Tls(#[from] TlsError),
    /// It cannot listen.
    #[error(transparent)]
    Start(#[from] StartError),
}
