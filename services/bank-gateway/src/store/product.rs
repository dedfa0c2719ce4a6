//! The bank's products.

use diesel::prelude::*;
use kontor_chassis::database::{Connection, now_ms};
use serde_json::Value;
use uuid::Uuid;

use super::{StoreError, from_json, page::Cursor, parse, schema::product as table, to_json};

/// A product and whether the marketplace has it.
#[derive(Debug, Clone)]
pub struct Product {
    /// Its id here.
    pub id: Uuid,
    /// Name and criteria.
    pub content: Value,
    /// Its id at the marketplace, once published.
    pub marketplace_id: Option<Uuid>,
    /// Milliseconds since 1970.
    pub created: i64,
}

/// Keeps a product that is to be published.
///
/// # Errors
/// [`StoreError`].
pub fn insert(connection: &mut Connection, id: &Uuid, content: &Value) -> Result<Product, StoreError> {
    let created = now_ms();
    let row = (
        table::id.eq(id.to_string()),
        table::content.eq(to_json("product.content", content)?),
        table::created.eq(created),
    );
    diesel::insert_into(table::table).values(row).execute(connection)?;
    Ok(Product { id: *id, content: content.clone(), marketplace_id: None, created })
}

/// Notes that the marketplace has it.
///
/// # Errors
/// [`StoreError`].
pub fn published(connection: &mut Connection, id: &Uuid, marketplace_id: &Uuid) -> Result<(), StoreError> {
    let set = table::marketplace_id.eq(marketplace_id.to_string());
    diesel::update(table::table.find(id.to_string())).set(set).execute(connection)?;
    Ok(())
}

/// Products after `start`, newest first, `limit` and one more.
///
/// # Errors
/// [`StoreError`].
pub fn list(connection: &mut Connection, start: Option<&Cursor>, limit: i64) -> Result<Vec<Product>, StoreError> {
    let mut query = table::table.into_boxed();
    if let Some(Cursor { at, id }) = start {
        query = query.filter(table::created.lt(*at).or(table::created.eq(*at).and(table::id.lt(id.clone()))));
    }
    let order = (table::created.desc(), table::id.desc());
    type Row = (String, String, Option<String>, i64);
    let rows = query.order(order).limit(limit.saturating_add(1)).load::<Row>(connection)?;
    rows.into_iter()
        .map(|(id, content, marketplace_id, created)| {
            Ok(Product {
                id: parse("product.id", &id)?,
                content: from_json("product.content", &content)?,
                marketplace_id: marketplace_id.map(|id| parse("product.marketplace_id", &id)).transpose()?,
                created,
            })
        })
        .collect()
}
