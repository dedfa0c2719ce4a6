//! Offers made on applications.

use diesel::prelude::*;
use kontor_chassis::database::{Connection, now_ms};
use kontor_ledger::exchange::Offer;
use kontor_sealing::Signature;
use uuid::Uuid;

use super::{StoreError, from_json, schema::offer as table, to_json};

/// An offer and what became of it.
#[derive(Debug, Clone)]
pub struct Made {
    /// What is offered.
    pub offer: Offer,
    /// Milliseconds since 1970.
    pub made: i64,
    /// Milliseconds since 1970; when the seller accepted it.
    pub accepted: Option<i64>,
}

/// Adds an offer.
///
/// # Errors
/// [`StoreError`].
pub fn insert(
    connection: &mut Connection,
    application: &Uuid,
    offer: &Offer,
    sealed: &str,
    by: &str,
) -> Result<(), StoreError> {
    let row = (
        table::id.eq(&offer.id),
        table::application.eq(application.to_string()),
        table::content.eq(to_json("offer.content", offer)?),
        table::sealed_offer.eq(sealed),
        table::made.eq(now_ms()),
        table::made_by.eq(by),
    );
    diesel::insert_into(table::table).values(row).execute(connection)?;
    Ok(())
}

/// The last offer on an application: the one that counts.
///
/// # Errors
/// [`StoreError`].
pub fn last(connection: &mut Connection, application: &Uuid) -> Result<Option<Made>, StoreError> {
    let row = table::table
        .filter(table::application.eq(application.to_string()))
        .order((table::made.desc(), table::id.desc()))
        .select((table::content, table::made, table::accepted))
        .first::<(String, i64, Option<i64>)>(connection)
        .optional()?;
    row.map(|(offer, made, accepted)| Ok(Made { offer: from_json("offer.content", &offer)?, made, accepted }))
        .transpose()
}

/// Notes the seller's acceptance.
///
/// # Errors
/// [`StoreError`].
pub fn accept(connection: &mut Connection, id: &str, signature: &Signature) -> Result<(), StoreError> {
    let acceptance = to_json("offer.acceptance", signature)?;
    let set = (table::acceptance.eq(acceptance.trim_matches('"').to_owned()), table::accepted.eq(now_ms()));
    diesel::update(table::table.find(id)).set(set).execute(connection)?;
    Ok(())
}
