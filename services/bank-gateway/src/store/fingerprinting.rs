//! Fingerprints of document versions: blinded once, evaluated once, used by every application on the version.

use diesel::prelude::*;
use kontor_chassis::database::{Connection, now_ms};
use kontor_ledger::record::Fingerprint;
use kontor_sealing::document::DocumentId;

use super::{StoreError, from_json, schema::fingerprinting as table, to_json, version_column};

/// How far the fingerprints of a version are.
#[derive(Debug, Clone)]
pub struct Fingerprinting {
    /// Input digests and blindings, sealed to the bank's own key.
    pub sealed_blinding: String,
    /// The fingerprints, once evaluated.
    pub fingerprints: Option<Vec<Fingerprint>>,
}

/// The row of a version.
///
/// # Errors
/// [`StoreError`].
pub fn find(
    connection: &mut Connection,
    document: &DocumentId,
    version: u32,
) -> Result<Option<Fingerprinting>, StoreError> {
    let key = (document.to_string(), version_column(version)?);
    let columns = (table::sealed_blinding, table::fingerprints);
    let row = table::table.find(key).select(columns).first::<(String, Option<String>)>(connection).optional()?;
    row.map(|(sealed_blinding, fingerprints)| {
        let fingerprints = fingerprints.map(|list| from_json("fingerprinting.fingerprints", &list)).transpose()?;
        Ok(Fingerprinting { sealed_blinding, fingerprints })
    })
    .transpose()
}

/// Keeps the blinding before it is used.
///
/// # Errors
/// [`StoreError`].
pub fn insert(
    connection: &mut Connection,
    document: &DocumentId,
    version: u32,
    sealed_blinding: &str,
) -> Result<(), StoreError> {
    let row = (
        table::document.eq(document.to_string()),
        table::version.eq(version_column(version)?),
        table::sealed_blinding.eq(sealed_blinding),
        table::created.eq(now_ms()),
    );
    diesel::insert_into(table::table).values(row).execute(connection)?;
    Ok(())
}

/// Keeps the fingerprints.
///
/// # Errors
/// [`StoreError`].
pub fn complete(
    connection: &mut Connection,
    document: &DocumentId,
    version: u32,
    fingerprints: &[Fingerprint],
) -> Result<(), StoreError> {
    let key = (document.to_string(), version_column(version)?);
    let list = to_json("fingerprinting.fingerprints", &fingerprints)?;
    diesel::update(table::table.find(key)).set(table::fingerprints.eq(list)).execute(connection)?;
    Ok(())
}
