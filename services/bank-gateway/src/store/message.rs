//! ISO 20022 messages, sealed to the bank's own key.

use diesel::prelude::*;
use kontor_chassis::database::{Connection, now_ms};
use uuid::Uuid;

use super::{StoreError, schema::message as table};

/// Keeps a message.
///
/// # Errors
/// [`StoreError`].
pub fn insert(connection: &mut Connection, application: &Uuid, name: &str, sealed: &str) -> Result<(), StoreError> {
    let row = (
        table::application.eq(application.to_string()),
        table::name.eq(name),
        table::sealed_xml.eq(sealed),
        table::created.eq(now_ms()),
    );
    diesel::insert_into(table::table).values(row).execute(connection)?;
    Ok(())
}

/// One message, sealed.
///
/// # Errors
/// [`StoreError`].
pub fn find(connection: &mut Connection, application: &Uuid, name: &str) -> Result<Option<String>, StoreError> {
    let key = (application.to_string(), name.to_owned());
    Ok(table::table.find(key).select(table::sealed_xml).first(connection).optional()?)
}

/// Names of an application's messages.
///
/// # Errors
/// [`StoreError`].
pub fn names(connection: &mut Connection, application: &Uuid) -> Result<Vec<String>, StoreError> {
    let query = table::table.filter(table::application.eq(application.to_string()));
    Ok(query.order(table::name.desc()).select(table::name).load(connection)?)
}
