//! Partial decryptions given.

use diesel::prelude::*;
use kontor_chassis::database::{Connection, now_ms};
use kontor_ledger::record::RecordId;
use kontor_sealing::document::DocumentId;

use super::{schema::partial_decryption as table, version_column};

/// Notes that one is given, for the first time or again.
///
/// # Errors
/// The database's.
pub fn note(connection: &mut Connection, access: &RecordId, document: &DocumentId, version: u32) -> QueryResult<()> {
    let (key, now) = (access.to_string(), now_ms());
    let again = diesel::update(table::table.find(key.clone()))
        .set((table::answered.eq(table::answered + 1), table::last_at.eq(now)))
        .execute(connection)?;
    if again == 0 {
        let row = (
            table::access_record.eq(key),
            table::document.eq(document.to_string()),
            table::version.eq(version_column(version)),
            table::answered.eq(1),
            table::first_at.eq(now),
            table::last_at.eq(now),
        );
        diesel::insert_into(table::table).values(row).execute(connection)?;
    }
    Ok(())
}
