//! Records on their way to the ledger.

use diesel::prelude::*;
use kontor_chassis::database::Connection;
use kontor_ledger::record::RecordId;

use super::{
    column::{big, count, json, millis, parse, time, to_json},
    schema::relay,
};
use crate::{
    domain::{
        enterprise::AccountId,
        relay::{Fate, Relay},
    },
    error::Error,
};

#[derive(Queryable, Insertable)]
#[diesel(table_name = relay)]
struct Row {
    record: String,
    account: String,
    kind: String,
    content: String,
    state: String,
    position: Option<i64>,
    decided_at: Option<i64>,
    code: Option<String>,
    detail: Option<String>,
    created_at: i64,
}

impl TryFrom<Row> for Relay {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let fate = match (row.state.as_str(), row.position, row.decided_at, row.code) {
            ("queued", ..) => Fate::Queued,
            ("accepted", Some(position), Some(at), _) => Fate::Accepted {
                position: count("relay.position", position)?,
                timestamp: time("relay.decided_at", at)?,
            },
            ("refused", Some(position), Some(at), Some(code)) => Fate::Refused {
                position: count("relay.position", position)?,
                timestamp: time("relay.decided_at", at)?,
                code,
            },
            ("rejected", _, _, Some(code)) => Fate::Rejected { code, detail: row.detail },
            _ => return Err(Error::Stored("relay.state")),
        };
        Ok(Self {
            id: parse("relay.record", &row.record)?,
            account: parse("relay.account", &row.account)?,
            kind: row.kind,
            record: json("relay.content", &row.content)?,
            fate,
            created: time("relay.created_at", row.created_at)?,
        })
    }
}

/// Adds a record that is queued.
pub fn insert(c: &mut Connection, relay: &Relay) -> Result<(), Error> {
    let row = Row {
        record: relay.id.to_string(),
        account: relay.account.to_string(),
        kind: relay.kind.clone(),
        content: to_json("relay.content", &relay.record)?,
        state: Fate::Queued.name().to_owned(),
        position: None,
        decided_at: None,
        code: None,
        detail: None,
        created_at: millis(relay.created),
    };
    diesel::insert_into(relay::table).values(row).execute(c)?;
    Ok(())
}

/// One record.
pub fn find(c: &mut Connection, id: &RecordId) -> Result<Option<Relay>, Error> {
    let row: Option<Row> = relay::table.find(id.to_string()).first(c).optional()?;
    row.map(Relay::try_from).transpose()
}

/// Who gave the record.
pub fn account(c: &mut Connection, id: &RecordId) -> Result<Option<AccountId>, Error> {
    let account: Option<String> = relay::table.find(id.to_string()).select(relay::account).first(c).optional()?;
    account.map(|account| parse("relay.account", &account)).transpose()
}

/// Stores what became of a record; what was ordered stays.
pub fn decide(c: &mut Connection, id: &RecordId, fate: &Fate) -> Result<(), Error> {
    let (position, decided_at, code, detail) = match fate {
        Fate::Queued => (None, None, None, None),
        Fate::Accepted { position, timestamp } => (Some(*position), Some(*timestamp), None, None),
        Fate::Refused { position, timestamp, code } => (Some(*position), Some(*timestamp), Some(code.as_str()), None),
        Fate::Rejected { code, detail } => (None, None, Some(code.as_str()), detail.as_deref()),
    };
    diesel::update(relay::table.find(id.to_string()))
        .filter(relay::position.is_null())
        .set((
            relay::state.eq(fate.name()),
            relay::position.eq(position.map(|position| big("relay.position", position)).transpose()?),
            relay::decided_at.eq(decided_at.map(millis)),
            relay::code.eq(code),
            relay::detail.eq(detail),
        ))
        .execute(c)?;
    Ok(())
}
