//! Evaluations given.

use diesel::prelude::*;
use kontor_chassis::database::{Connection, now_ms};
use kontor_ledger::{MemberId, record::FingerprintKind};
use kontor_proofs::fingerprint::BlindedElement;
use kontor_sealing::document::DocumentId;

use super::{schema::evaluation as table, version_column};

/// Counts an evaluation; gives how often this input was answered, or nothing if another one was before.
///
/// # Errors
/// The database's.
pub fn count(
    connection: &mut Connection,
    document: &DocumentId,
    version: u32,
    bank: &MemberId,
    kind: FingerprintKind,
    blinded: &BlindedElement,
) -> QueryResult<Option<i64>> {
    let key = (document.to_string(), version_column(version), bank.to_string(), kind.as_str().to_owned());
    let (now, digits) = (now_ms(), hex::encode(blinded.as_bytes()));
    let columns = (table::blinded, table::answered);
    let known = table::table.find(key.clone()).select(columns).first::<(String, i64)>(connection).optional()?;
    match known {
        Some((before, _)) if before != digits => Ok(None),
        Some((_, answered)) => {
            let answered = answered.saturating_add(1);
            let set = (table::answered.eq(answered), table::last_at.eq(now));
            diesel::update(table::table.find(key)).set(set).execute(connection)?;
            Ok(Some(answered))
        }
        None => {
            let (document, version, bank, kind) = key;
            let row = (
                table::document.eq(document),
                table::version.eq(version),
                table::bank.eq(bank),
                table::kind.eq(kind),
                table::blinded.eq(digits),
                table::answered.eq(1),
                table::first_at.eq(now),
                table::last_at.eq(now),
            );
            diesel::insert_into(table::table).values(row).execute(connection)?;
            Ok(Some(1))
        }
    }
}
