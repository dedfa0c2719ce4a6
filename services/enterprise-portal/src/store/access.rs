//! Cases and accesses of the regulator, as the ledger has them.

use diesel::prelude::*;
use kontor_chassis::database::Connection;
use kontor_ledger::record::CaseId;
use kontor_sealing::DocumentId;

use super::{
    column::{big, count, millis, parse, small, text},
    document::place,
    schema::{access, supervision_case},
};
use crate::{
    domain::{
        document::Access,
        page::{Page, PageRequest},
    },
    error::Error,
};

#[derive(Queryable, Insertable)]
#[diesel(table_name = access)]
struct Row {
    record: String,
    document: String,
    version: i32,
    case_record: String,
    reason: String,
    position: i64,
    decided_at: i64,
}

impl Row {
    fn into_domain(self, legal_basis: Option<String>) -> Result<Access, Error> {
        Ok(Access {
            document: parse("access.document", &self.document)?,
            version: count("access.version", self.version)?,
            case: parse("access.case_record", &self.case_record)?,
            reason: self.reason,
            legal_basis,
            place: place(&self.record, self.position, self.decided_at)?,
        })
    }
}

/// Adds a case.
pub fn insert_case(c: &mut Connection, case: &CaseId, legal_basis: &str) -> Result<(), Error> {
    diesel::insert_into(supervision_case::table)
        .values((supervision_case::record.eq(case.to_string()), supervision_case::legal_basis.eq(text(legal_basis))))
        .execute(c)?;
    Ok(())
}

/// Adds an access.
pub fn insert(c: &mut Connection, made: &Access) -> Result<(), Error> {
    let row = Row {
        record: made.place.record.to_string(),
        document: made.document.to_string(),
        version: small("access.version", made.version)?,
        case_record: made.case.to_string(),
        reason: text(&made.reason),
        position: big("access.position", made.place.position)?,
        decided_at: millis(made.place.timestamp),
    };
    diesel::insert_into(access::table).values(row).execute(c)?;
    Ok(())
}

/// A document's accesses, newest first; cursors are positions.
pub fn list(c: &mut Connection, document: &DocumentId, page: &PageRequest<u64>) -> Result<Page<Access, u64>, Error> {
    let after = page.after.map_or(Ok(i64::MAX), |position| big("access.position", position))?;
    let rows: Vec<(Row, Option<String>)> = access::table
        .left_join(supervision_case::table.on(supervision_case::record.eq(access::case_record)))
        .filter(access::document.eq(document.to_string()))
        .filter(access::position.lt(after))
        .order(access::position.desc())
        .limit(i64::from(page.limit) + 1)
        .select((access::all_columns, supervision_case::legal_basis.nullable()))
        .load(c)?;
    let found = rows.into_iter().map(|(row, basis)| row.into_domain(basis)).collect::<Result<_, _>>()?;
    Ok(Page::of(found, page.limit, |access: &Access| access.place.position))
}
