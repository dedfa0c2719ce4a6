//! How an access looks to a client.

use kontor_chassis::{Problem, database::Connection};
use kontor_ledger::record::AccessTerms;
use kontor_sealing::document::DocumentHeader;
use serde::Serialize;

use crate::{
    Supervisor,
    domain::filing::Filing,
    http::filing::{self, FilingView},
    store::partials::{self, Holder},
};

/// An access as the API shows it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AccessView {
    #[serde(flatten)]
    filing: FilingView<AccessTerms>,
    case: String,
    officer_shares: usize,
    network_shares: usize,
    /// What officers decrypt partially, once the access is recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<DocumentHeader>,
}

/// Counts the shares given so far.
pub fn of(connection: &mut Connection, access: &Filing, supervisor: &Supervisor) -> Result<AccessView, Problem> {
    Ok(AccessView {
        filing: filing::access(access, supervisor)?,
        case: access.parent.clone().unwrap_or_default(),
        officer_shares: partials::of(connection, &access.id, Holder::Officers)?.len(),
        network_shares: partials::of(connection, &access.id, Holder::Network)?.len(),
        header: None,
    })
}
