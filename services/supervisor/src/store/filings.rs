//! Filings with their approvals.

use diesel::prelude::*;
use kontor_chassis::{
    Problem,
    database::{Connection, now_ms},
};
use kontor_ledger::{
    outcome::Outcome,
    record::{Approval, Record, RecordId},
};

use super::{
    schema::{approval, filing},
    text,
};
use crate::domain::filing::{Filing, FilingState, Terms};

#[derive(Queryable)]
struct Row {
    id: String,
    parent: Option<String>,
    terms: String,
    state: String,
    record_id: Option<String>,
    code: Option<String>,
    created_at: i64,
}

type Columns =
    (filing::id, filing::parent, filing::terms, filing::state, filing::record_id, filing::code, filing::created_at);

const COLUMNS: Columns =
    (filing::id, filing::parent, filing::terms, filing::state, filing::record_id, filing::code, filing::created_at);

impl Row {
    fn with_approvals(self, connection: &mut Connection) -> Result<Filing, Problem> {
        let given = approval::table
            .filter(approval::filing.eq(&self.id))
            .order((approval::created_at, approval::officer))
            .select((approval::officer, approval::signature))
            .load::<(String, String)>(connection)?;
        let approvals = given.into_iter().map(|(officer, signature)| {
            Ok(Approval { officer: text::parse(&officer)?, signature: text::from_word(&signature)? })
        });
        Ok(Filing {
            terms: text::from_json(&self.terms)?,
            state: text::from_word(&self.state)?,
            approvals: approvals.collect::<Result<_, Problem>>()?,
            record: self.record_id.as_deref().map(text::parse).transpose()?,
            id: self.id,
            parent: self.parent,
            code: self.code,
            created_at: self.created_at,
        })
    }
}

/// Stores a draft; answers it.
pub fn insert(
    connection: &mut Connection,
    id: &str,
    parent: Option<&str>,
    terms: &Terms,
    account: &str,
) -> Result<Filing, Problem> {
    let created_at = now_ms();
    diesel::insert_into(filing::table)
        .values((
            filing::id.eq(id),
            filing::parent.eq(parent),
            filing::terms.eq(text::to_json(terms)?),
            filing::state.eq(text::to_word(&FilingState::Drafted)?),
            filing::created_by.eq(account),
            filing::created_at.eq(created_at),
        ))
        .execute(connection)?;
    Ok(Filing {
        id: id.to_owned(),
        parent: parent.map(str::to_owned),
        terms: terms.clone(),
        state: FilingState::Drafted,
        approvals: Vec::new(),
        record: None,
        code: None,
        created_at,
    })
}

/// The filing with this id.
pub fn find(connection: &mut Connection, id: &str) -> Result<Option<Filing>, Problem> {
    let row = filing::table.find(id).select(COLUMNS).first::<Row>(connection).optional()?;
    row.map(|row| row.with_approvals(connection)).transpose()
}

/// Filings below `parent` (cases if none), latest first, from before `cursor`; one more than `limit` if there are more.
pub fn page(
    connection: &mut Connection,
    parent: Option<&str>,
    cursor: Option<&str>,
    limit: i64,
) -> Result<Vec<Filing>, Problem> {
    let mut query = filing::table.select(COLUMNS).order(filing::id.desc()).limit(limit.saturating_add(1)).into_boxed();
    query = match parent {
        Some(parent) => query.filter(filing::parent.eq(parent.to_owned())),
        None => query.filter(filing::parent.is_null()),
    };
    if let Some(cursor) = cursor {
        query = query.filter(filing::id.lt(cursor.to_owned()));
    }
    let rows = query.load::<Row>(connection)?;
    rows.into_iter().map(|row| row.with_approvals(connection)).collect()
}

/// Adds an approval.
pub fn approve(connection: &mut Connection, id: &str, given: &Approval) -> Result<(), Problem> {
    diesel::insert_into(approval::table)
        .values((
            approval::filing.eq(id),
            approval::officer.eq(given.officer.to_string()),
            approval::signature.eq(text::to_word(&given.signature)?),
            approval::created_at.eq(now_ms()),
        ))
        .execute(connection)?;
    Ok(())
}

/// Keeps the signed record and waits for the ledger.
pub fn submit(connection: &mut Connection, id: &str, record: &Record, record_id: &RecordId) -> Result<(), Problem> {
    diesel::update(filing::table.find(id))
        .set((
            filing::state.eq(text::to_word(&FilingState::Submitted)?),
            filing::record.eq(text::to_json(record)?),
            filing::record_id.eq(record_id.to_string()),
        ))
        .execute(connection)?;
    Ok(())
}

/// The signed record of a filing that waits for the ledger.
pub fn submitted(connection: &mut Connection, id: &str) -> Result<Option<Record>, Problem> {
    let row = filing::table
        .find(id)
        .filter(filing::state.eq(text::to_word(&FilingState::Submitted)?))
        .select(filing::record)
        .first::<Option<String>>(connection)
        .optional()?;
    row.flatten().map(|record| text::from_json(&record)).transpose()
}

/// Keeps what the ledger decided on a submitted filing.
pub fn settle(connection: &mut Connection, id: &str, outcome: Outcome) -> Result<(), Problem> {
    let (state, code) = match outcome {
        Outcome::Accepted => (FilingState::Recorded, None),
        Outcome::Refused(code) => (FilingState::Refused, Some(code.to_string())),
    };
    diesel::update(filing::table.find(id))
        .set((filing::state.eq(text::to_word(&state)?), filing::code.eq(code)))
        .execute(connection)?;
    Ok(())
}
