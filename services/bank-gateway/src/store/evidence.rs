//! Which evidence was received and what became of it.

use diesel::prelude::*;
use kontor_chassis::database::{Connection, now_ms};
use uuid::Uuid;

use super::{StoreError, schema::evidence};

/// Whether this evidence came before.
///
/// # Errors
/// [`StoreError`].
pub fn is_known(connection: &mut Connection, id: &Uuid) -> Result<bool, StoreError> {
    Ok(evidence::table.find(id.to_string()).count().get_result::<i64>(connection)? > 0)
}

/// Notes evidence and what became of it.
///
/// # Errors
/// [`StoreError`].
pub fn insert(connection: &mut Connection, id: &Uuid, application: &Uuid, result: &str) -> Result<(), StoreError> {
    let row = (
        evidence::id.eq(id.to_string()),
        evidence::application.eq(application.to_string()),
        evidence::result.eq(result),
        evidence::received.eq(now_ms()),
    );
    diesel::insert_into(evidence::table).values(row).execute(connection)?;
    Ok(())
}
