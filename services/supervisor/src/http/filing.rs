//! How filings look to a client.

use kontor_chassis::Problem;
use kontor_ledger::record::{AccessTerms, Approval, CaseTerms, RecordId};
use serde::Serialize;

use crate::{
    Supervisor,
    domain::filing::{Filing, FilingState},
};

/// A case or an access without what only accesses have.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FilingView<T> {
    id: String,
    state: FilingState,
    terms: T,
    approvals: Vec<Approval>,
    threshold: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<RecordId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    created: String,
}

/// RFC 3339 of milliseconds since 1970.
pub fn time(milliseconds: i64) -> String {
    jiff::Timestamp::from_millisecond(milliseconds).map(|time| time.to_string()).unwrap_or_default()
}

fn view<T>(filing: &Filing, terms: T, supervisor: &Supervisor) -> FilingView<T> {
    FilingView {
        id: filing.id.clone(),
        state: filing.state,
        terms,
        approvals: filing.approvals.clone(),
        threshold: supervisor.genesis.officers.threshold,
        record: filing.record,
        code: filing.code.clone(),
        created: time(filing.created_at),
    }
}

/// A case as the API shows it.
pub fn case(filing: &Filing, supervisor: &Supervisor) -> Result<FilingView<CaseTerms>, Problem> {
    let terms = filing.case().cloned().ok_or_else(Problem::not_found)?;
    Ok(view(filing, terms, supervisor))
}

/// An access's common part as the API shows it.
pub fn access(filing: &Filing, supervisor: &Supervisor) -> Result<FilingView<AccessTerms>, Problem> {
    let terms = filing.access().cloned().ok_or_else(Problem::not_found)?;
    Ok(view(filing, terms, supervisor))
}
