//! Endorsements, as the ledger has them.

use diesel::prelude::*;
use kontor_chassis::database::Connection;
use kontor_sealing::DocumentId;

use super::{
    column::{big, count, json, millis, parse, small, to_json},
    document::place,
    schema::endorsement,
};
use crate::{domain::document::Endorsed, error::Error};

#[derive(Queryable, Insertable)]
#[diesel(table_name = endorsement)]
struct Row {
    record: String,
    document: String,
    version: i32,
    action: String,
    author: String,
    position: i64,
    decided_at: i64,
}

impl TryFrom<Row> for Endorsed {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            document: parse("endorsement.document", &row.document)?,
            version: count("endorsement.version", row.version)?,
            action: json("endorsement.action", &format!("\"{}\"", row.action))?,
            author: parse("endorsement.author", &row.author)?,
            place: place(&row.record, row.position, row.decided_at)?,
        })
    }
}

/// Adds an endorsement.
pub fn insert(c: &mut Connection, made: &Endorsed) -> Result<(), Error> {
    let row = Row {
        record: made.place.record.to_string(),
        document: made.document.to_string(),
        version: small("endorsement.version", made.version)?,
        action: to_json("endorsement.action", &made.action)?.trim_matches('"').to_owned(),
        author: made.author.to_string(),
        position: big("endorsement.position", made.place.position)?,
        decided_at: millis(made.place.timestamp),
    };
    diesel::insert_into(endorsement::table).values(row).execute(c)?;
    Ok(())
}

/// A document's endorsements, oldest first.
pub fn of_document(c: &mut Connection, document: &DocumentId) -> Result<Vec<Endorsed>, Error> {
    let rows: Vec<Row> = endorsement::table
        .filter(endorsement::document.eq(document.to_string()))
        .order(endorsement::position.asc())
        .load(c)?;
    rows.into_iter().map(Endorsed::try_from).collect()
}
