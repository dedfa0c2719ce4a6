//! Drafting a case, and asking to read a document under one.

use kontor_chassis::{Problem, database::Connection};
use kontor_ledger::record::{AccessTerms, CaseTerms};
use kontor_sealing::document::DocumentId;
use uuid::Uuid;

use crate::{
    domain::filing::{Filing, FilingState, Terms},
    http::problem,
    store::filings,
};

/// Keeps a case for officers to approve.
pub fn case(connection: &mut Connection, terms: CaseTerms, account: &str) -> Result<Filing, Problem> {
    filings::insert(connection, &Uuid::now_v7().to_string(), None, &Terms::Case(terms), account)
}

/// What an officer wants to read, and why.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The document.
    pub document: DocumentId,
    /// Its version.
    pub version: u32,
    /// Told to the owner.
    pub reason: String,
}

/// Keeps an access for officers to approve; the case must be on the ledger and cover the document.
pub fn access(connection: &mut Connection, case: &str, wanted: Wanted, account: &str) -> Result<Filing, Problem> {
    let filing = filings::find(connection, case)?.ok_or_else(Problem::not_found)?;
    let terms = filing.case().ok_or_else(Problem::not_found)?;
    let record = match (filing.require(FilingState::Recorded), filing.record) {
        (Ok(()), Some(record)) => record,
        (Err(refusal), _) => return Err(problem::of(refusal)),
        (Ok(()), None) => return Err(Problem::internal("a recorded case without a record")),
    };
    if !terms.documents.is_empty() && !terms.documents.contains(&wanted.document) {
        return Err(problem::beyond_the_case());
    }
    let Wanted { document, version, reason } = wanted;
    let terms = Terms::Access(AccessTerms { case: record, document, version, reason });
    filings::insert(connection, &Uuid::now_v7().to_string(), Some(case), &terms, account)
}
