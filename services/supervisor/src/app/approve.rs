//! Officers' approvals, and putting what they approved on the ledger.

use kontor_chassis::{Problem, database::Connection, outbox};
use kontor_ledger::{
    genesis::Genesis,
    member::MemberId,
    record::{Approval, Record},
};

use crate::{
    domain::filing::Filing,
    http::problem,
    jobs::submission::{self, Submission},
    store::filings,
};

/// Adds an officer's approval; answers the filing with it.
pub fn approve(
    connection: &mut Connection,
    genesis: &Genesis,
    kind: Kind,
    id: &str,
    approval: &Approval,
) -> Result<Filing, Problem> {
    let mut filing = find(connection, kind, id)?;
    filing.approve(genesis, approval).map_err(problem::of)?;
    filings::approve(connection, id, approval)?;
    filing.approvals.push(approval.clone());
    Ok(filing)
}

/// Keeps the signed record of an approved filing and has it sent to the ledger; the same record again is no error.
pub fn submit(
    connection: &mut Connection,
    genesis: &Genesis,
    sponsor: &MemberId,
    kind: Kind,
    id: &str,
    record: &Record,
) -> Result<Filing, Problem> {
    let filing = find(connection, kind, id)?;
    if filing.record == Some(record.id()) {
        return Ok(filing);
    }
    let record_id = filing.submit(genesis, sponsor, record).map_err(problem::of)?;
    filings::submit(connection, id, record, &record_id)?;
    outbox::enqueue(connection, submission::KIND, "ledger", &Submission { filing: id.to_owned() }, id)?;
    find(connection, kind, id)
}

/// Which sort of filing a path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `/v1/cases/…`
    Case,
    /// `/v1/accesses/…`
    Access,
}

/// The filing of that sort with this id.
pub fn find(connection: &mut Connection, kind: Kind, id: &str) -> Result<Filing, Problem> {
    let found = filings::find(connection, id)?.filter(|filing| filing.case().is_some() == (kind == Kind::Case));
    found.ok_or_else(Problem::not_found)
}
