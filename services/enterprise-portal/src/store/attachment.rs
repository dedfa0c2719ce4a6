//! Sealed documents by their digest.

use diesel::prelude::*;
use kontor_chassis::database::Connection;
use kontor_ledger::time::Timestamp;
use kontor_sealing::Hash;

use super::{column::millis, schema::attachment};
use crate::{domain::enterprise::AccountId, error::Error};

/// Keeps `content`; false if it was there.
pub fn insert(
    c: &mut Connection,
    digest: &Hash,
    account: AccountId,
    content: &[u8],
    now: Timestamp,
) -> Result<bool, Error> {
    if exists(c, digest)? {
        return Ok(false);
    }
    diesel::insert_into(attachment::table)
        .values((
            attachment::digest.eq(digest.to_string()),
            attachment::account.eq(account.to_string()),
            attachment::content.eq(content),
            attachment::created_at.eq(millis(now)),
        ))
        .execute(c)?;
    Ok(true)
}

/// Whether it is there.
pub fn exists(c: &mut Connection, digest: &Hash) -> Result<bool, Error> {
    let found: i64 = attachment::table.filter(attachment::digest.eq(digest.to_string())).count().get_result(c)?;
    Ok(found > 0)
}

/// The content.
pub fn find(c: &mut Connection, digest: &Hash) -> Result<Option<Vec<u8>>, Error> {
    Ok(attachment::table.find(digest.to_string()).select(attachment::content).first(c).optional()?)
}
