//! Leads from the marketplace.

use diesel::prelude::*;
use kontor_chassis::database::{Connection, now_ms};
use serde_json::Value;
use uuid::Uuid;

use super::{StoreError, from_json, page::Cursor, parse, schema::lead as table, to_json};

/// A lead as it came.
#[derive(Debug, Clone)]
pub struct Lead {
    /// The marketplace's id.
    pub id: Uuid,
    /// Request, product, outline and reasons.
    pub content: Value,
    /// Milliseconds since 1970.
    pub received: i64,
}

/// The content of a lead, if it came before.
///
/// # Errors
/// [`StoreError`].
pub fn find(connection: &mut Connection, id: &Uuid) -> Result<Option<Value>, StoreError> {
    let row = table::table.find(id.to_string()).select(table::content).first::<String>(connection).optional()?;
    row.map(|content| from_json("lead.content", &content)).transpose()
}

/// Keeps a lead.
///
/// # Errors
/// [`StoreError`].
pub fn insert(connection: &mut Connection, id: &Uuid, content: &Value) -> Result<(), StoreError> {
    let row = (
        table::id.eq(id.to_string()),
        table::content.eq(to_json("lead.content", content)?),
        table::received.eq(now_ms()),
    );
    diesel::insert_into(table::table).values(row).execute(connection)?;
    Ok(())
}

/// Leads after `start`, newest first, `limit` and one more.
///
/// # Errors
/// [`StoreError`].
pub fn list(connection: &mut Connection, start: Option<&Cursor>, limit: i64) -> Result<Vec<Lead>, StoreError> {
    let mut query = table::table.into_boxed();
    if let Some(Cursor { at, id }) = start {
        query = query.filter(table::received.lt(*at).or(table::received.eq(*at).and(table::id.lt(id.clone()))));
    }
    let order = (table::received.desc(), table::id.desc());
    let rows = query.order(order).limit(limit.saturating_add(1)).load::<(String, String, i64)>(connection)?;
    rows.into_iter()
        .map(|(id, content, received)| {
            Ok(Lead { id: parse("lead.id", &id)?, content: from_json("lead.content", &content)?, received })
        })
        .collect()
}
