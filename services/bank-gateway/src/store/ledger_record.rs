//! Records that this bank signed, kept before they are sent.

use diesel::prelude::*;
use kontor_chassis::database::{Connection, now_ms};
use kontor_ledger::record::{Record, RecordId};
use uuid::Uuid;

use super::{StoreError, from_json, parse, schema::ledger_record as table, to_json};

/// What a record does for its application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Reserves the claim.
    Reserve,
    /// Marks it financed.
    Finance,
    /// Gives it up.
    Release,
}

impl Purpose {
    const fn name(self) -> &'static str {
        match self {
            Self::Reserve => "reserve",
            Self::Finance => "finance",
            Self::Release => "release",
        }
    }
}

/// A signed record and what the ledger said.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Its id.
    pub id: RecordId,
    /// The application.
    pub application: Uuid,
    /// What it does.
    pub purpose: Purpose,
    /// The signed record.
    pub record: Record,
    /// The ledger's word, once it is known.
    pub outcome: Option<String>,
    /// Where it stands in the log.
    pub position: Option<u64>,
}

#[derive(Queryable)]
struct Row {
    id: String,
    application: String,
    kind: String,
    record: String,
    outcome: Option<String>,
    position: Option<i64>,
    _created: i64,
    _answered: Option<i64>,
}

impl TryFrom<Row> for Kept {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let purpose = [Purpose::Reserve, Purpose::Finance, Purpose::Release];
        let purpose = purpose.into_iter().find(|purpose| purpose.name() == row.kind);
        Ok(Self {
            id: parse("ledger_record.id", &row.id)?,
            application: parse("ledger_record.application", &row.application)?,
            purpose: purpose.ok_or(StoreError::Corrupt("ledger_record.kind"))?,
            record: from_json("ledger_record.record", &row.record)?,
            outcome: row.outcome,
            position: row.position.and_then(|position| u64::try_from(position).ok()),
        })
    }
}

/// Keeps a signed record; known ones stay as they are.
///
/// # Errors
/// [`StoreError`].
pub fn insert(
    connection: &mut Connection,
    application: &Uuid,
    purpose: Purpose,
    record: &Record,
) -> Result<RecordId, StoreError> {
    let id = record.id();
    let row = (
        table::id.eq(id.to_string()),
        table::application.eq(application.to_string()),
        table::kind.eq(purpose.name()),
        table::record.eq(to_json("ledger_record.record", record)?),
        table::created.eq(now_ms()),
    );
    diesel::insert_into(table::table).values(row).execute(connection)?;
    Ok(id)
}

/// One record.
///
/// # Errors
/// [`StoreError`].
pub fn find(connection: &mut Connection, id: &RecordId) -> Result<Option<Kept>, StoreError> {
    let row = table::table.find(id.to_string()).first::<Row>(connection).optional()?;
    row.map(Kept::try_from).transpose()
}

/// An application's records, oldest first.
///
/// # Errors
/// [`StoreError`].
pub fn of(connection: &mut Connection, application: &Uuid) -> Result<Vec<Kept>, StoreError> {
    let query = table::table.filter(table::application.eq(application.to_string()));
    let rows = query.order((table::created.asc(), table::id.asc())).load::<Row>(connection)?;
    rows.into_iter().map(Kept::try_from).collect()
}

/// Notes the ledger's word.
///
/// # Errors
/// [`StoreError`].
pub fn answer(
    connection: &mut Connection,
    id: &RecordId,
    outcome: &str,
    position: Option<u64>,
) -> Result<(), StoreError> {
    let set = (
        table::outcome.eq(outcome),
        table::position.eq(position.and_then(|position| i64::try_from(position).ok())),
        table::answered.eq(now_ms()),
    );
    diesel::update(table::table.find(id.to_string())).set(set).execute(connection)?;
    Ok(())
}
