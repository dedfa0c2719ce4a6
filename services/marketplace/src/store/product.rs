//! Published products.

use diesel::prelude::*;
use kontor_chassis::database::Connection;
use kontor_ledger::time::Timestamp;

use super::schema::product;
use crate::{
    domain::product::{Product, ProductId},
    error::Error,
};

/// Products that matching considers at most; the newest ones.
const CONSIDERED: i64 = 10_000;

#[derive(Queryable, Insertable)]
#[diesel(table_name = product)]
struct Row {
    id: String,
    bank: String,
    criteria: String,
    created_at: i64,
}

impl TryFrom<Row> for Product {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let created = u64::try_from(row.created_at).ok().and_then(|millis| Timestamp::from_millis(millis).ok());
        Ok(Self {
            id: ProductId(row.id.parse().map_err(|_| Error::Stored("product.id"))?),
            bank: row.bank.parse().map_err(|_| Error::Stored("product.bank"))?,
            criteria: serde_json::from_str(&row.criteria).map_err(|_| Error::Stored("product.criteria"))?,
            created: created.ok_or(Error::Stored("product.created_at"))?,
        })
    }
}

/// Adds a product.
pub fn insert(c: &mut Connection, new: &Product) -> Result<(), Error> {
    let row = Row {
        id: new.id.to_string(),
        bank: new.bank.to_string(),
        criteria: serde_json::to_string(&new.criteria).map_err(|_| Error::Stored("product.criteria"))?,
        created_at: i64::try_from(new.created.as_millis()).unwrap_or(i64::MAX),
    };
    diesel::insert_into(product::table).values(row).execute(c)?;
    Ok(())
}

/// One product.
pub fn find(c: &mut Connection, id: ProductId) -> Result<Option<Product>, Error> {
    let row: Option<Row> = product::table.find(id.to_string()).first(c).optional()?;
    row.map(Product::try_from).transpose()
}

/// At most `limit` products after `after`, newest first.
pub fn list(c: &mut Connection, after: Option<ProductId>, limit: i64) -> Result<Vec<Product>, Error> {
    // Above every hexadecimal digit in every collation.
    let before = after.map_or_else(|| "g".to_owned(), |id| id.to_string());
    let rows: Vec<Row> =
        product::table.filter(product::id.lt(before)).order(product::id.desc()).limit(limit).load(c)?;
    rows.into_iter().map(Product::try_from).collect()
}

/// Products to be matched.
pub fn all(c: &mut Connection) -> Result<Vec<Product>, Error> {
    list(c, None, CONSIDERED)
}
