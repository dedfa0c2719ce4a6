//! Grants, as the ledger has them.

use diesel::prelude::*;
use kontor_chassis::database::Connection;
use kontor_ledger::record::RecordId;
use kontor_sealing::DocumentId;

use super::{
    column::{big, json, millis, parse, small, text, to_json},
    document::place,
    schema::document_grant,
};
use crate::{domain::document::Grant, error::Error};

#[derive(Queryable, Insertable)]
#[diesel(table_name = document_grant)]
struct Row {
    record: String,
    document: String,
    version: i32,
    grantee: String,
    purpose: String,
    expires_at: Option<i64>,
    content: String,
    withdrawn_by: Option<String>,
    position: i64,
    decided_at: i64,
}

impl TryFrom<Row> for Grant {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            content: json("document_grant.content", &row.content)?,
            withdrawn_by: row.withdrawn_by.map(|record| parse("document_grant.withdrawn_by", &record)).transpose()?,
            place: place(&row.record, row.position, row.decided_at)?,
        })
    }
}

/// Adds a grant.
pub fn insert(c: &mut Connection, grant: &Grant) -> Result<(), Error> {
    let header = &grant.content.header;
    let row = Row {
        record: grant.place.record.to_string(),
        document: header.document.to_string(),
        version: small("document_grant.version", header.version)?,
        grantee: header.grantee.to_string(),
        purpose: text(&header.purpose),
        // An end beyond what the column holds is none.
        expires_at: header.expires.and_then(|millis| i64::try_from(millis).ok()),
        content: to_json("document_grant.content", &grant.content)?,
        withdrawn_by: None,
        position: big("document_grant.position", grant.place.position)?,
        decided_at: millis(grant.place.timestamp),
    };
    diesel::insert_into(document_grant::table).values(row).execute(c)?;
    Ok(())
}

/// Says that a grant was withdrawn.
pub fn withdraw(c: &mut Connection, grant: &RecordId, by: &RecordId) -> Result<(), Error> {
    diesel::update(document_grant::table.find(grant.to_string()))
        .set(document_grant::withdrawn_by.eq(by.to_string()))
        .execute(c)?;
    Ok(())
}

/// One grant.
pub fn find(c: &mut Connection, record: &RecordId) -> Result<Option<Grant>, Error> {
    let row: Option<Row> = document_grant::table.find(record.to_string()).first(c).optional()?;
    row.map(Grant::try_from).transpose()
}

/// A document's grants, oldest first.
pub fn of_document(c: &mut Connection, document: &DocumentId) -> Result<Vec<Grant>, Error> {
    let rows: Vec<Row> = document_grant::table
        .filter(document_grant::document.eq(document.to_string()))
        .order(document_grant::position.asc())
        .load(c)?;
    rows.into_iter().map(Grant::try_from).collect()
}
