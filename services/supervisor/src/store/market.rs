//! Counts of records and the list of refusals, fed from the ledger's events exactly once each.

use diesel::prelude::*;
use kontor_chassis::{Problem, database::Connection};

use super::schema::{ledger_cursor, record_count, refusal};
use crate::domain::market::{Market, RecordCount};

const FOLLOWER: &str = "market";

/// One ordered record, as far as it is counted.
#[derive(Debug, Clone)]
pub struct Event {
    /// Place in the log.
    pub position: u64,
    /// Hex.
    pub record_id: String,
    /// Family and kind.
    pub kind: String,
    /// Who relayed it.
    pub sponsor: String,
    /// A refusal's code; none if accepted.
    pub code: Option<String>,
    /// Agreed time, milliseconds since 1970.
    pub decided_at: i64,
}

/// A refused record, as listed.
#[derive(Debug, Clone, Queryable)]
pub struct Refusal {
    /// Place in the log.
    pub position: i64,
    /// Hex.
    pub record_id: String,
    /// Family and kind.
    pub kind: String,
    /// Who relayed it.
    pub sponsor: String,
    /// Why.
    pub code: String,
    /// Milliseconds since 1970.
    pub decided_at: i64,
}

/// The first position not yet counted.
pub fn next_position(connection: &mut Connection) -> Result<u64, Problem> {
    let found =
        ledger_cursor::table.find(FOLLOWER).select(ledger_cursor::next_position).first::<i64>(connection).optional()?;
    Ok(found.and_then(|position| u64::try_from(position).ok()).unwrap_or(0))
}

/// Counts events that were not counted yet and moves the cursor behind them.
pub fn count(connection: &mut Connection, events: &[Event]) -> Result<(), Problem> {
    let mut next = next_position(connection)?;
    for event in events {
        if event.position < next {
            continue;
        }
        next = event.position.saturating_add(1);
        raise(connection, event)?;
        if let Some(code) = &event.code {
            diesel::insert_into(refusal::table)
                .values((
                    refusal::position.eq(signed(event.position)),
                    refusal::record_id.eq(&event.record_id),
                    refusal::kind.eq(&event.kind),
                    refusal::sponsor.eq(&event.sponsor),
                    refusal::code.eq(code),
                    refusal::decided_at.eq(event.decided_at),
                ))
                .execute(connection)?;
        }
    }
    let moved = diesel::update(ledger_cursor::table.find(FOLLOWER))
        .set(ledger_cursor::next_position.eq(signed(next)))
        .execute(connection)?;
    if moved == 0 {
        diesel::insert_into(ledger_cursor::table)
            .values((ledger_cursor::name.eq(FOLLOWER), ledger_cursor::next_position.eq(signed(next))))
            .execute(connection)?;
    }
    Ok(())
}

fn raise(connection: &mut Connection, event: &Event) -> Result<(), Problem> {
    let outcome = event.code.as_deref().unwrap_or("accepted");
    let key = (event.kind.as_str(), event.sponsor.as_str(), outcome);
    let raised = diesel::update(record_count::table.find(key))
        .set(record_count::amount.eq(record_count::amount + 1))
        .execute(connection)?;
    if raised == 0 {
        diesel::insert_into(record_count::table)
            .values((
                record_count::kind.eq(key.0),
                record_count::sponsor.eq(key.1),
                record_count::outcome.eq(key.2),
                record_count::amount.eq(1_i64),
            ))
            .execute(connection)?;
    }
    Ok(())
}

/// The market as counted so far.
pub fn market(connection: &mut Connection) -> Result<Market, Problem> {
    let rows = record_count::table
        .order((record_count::kind, record_count::sponsor, record_count::outcome))
        .select((record_count::kind, record_count::sponsor, record_count::outcome, record_count::amount))
        .load::<(String, String, String, i64)>(connection)?;
    let records = rows.into_iter().map(|(kind, sponsor, outcome, amount)| RecordCount {
        kind,
        sponsor,
        outcome,
        records: u64::try_from(amount).unwrap_or(0),
    });
    Ok(Market::of(next_position(connection)?, records.collect()))
}

/// Refused records, latest first, from before `cursor`; one more than `limit` if there are more.
pub fn refusals(connection: &mut Connection, cursor: Option<u64>, limit: i64) -> Result<Vec<Refusal>, Problem> {
    let before = cursor.map_or(i64::MAX, signed);
    Ok(refusal::table
        .filter(refusal::position.lt(before))
        .order(refusal::position.desc())
        .limit(limit.saturating_add(1))
        .select((
            refusal::position,
            refusal::record_id,
            refusal::kind,
            refusal::sponsor,
            refusal::code,
            refusal::decided_at,
        ))
        .load::<Refusal>(connection)?)
}

fn signed(position: u64) -> i64 {
    i64::try_from(position).unwrap_or(i64::MAX)
}
