//! Partial decryptions of recorded accesses, and who was shown what.

use diesel::prelude::*;
use kontor_chassis::{
    Problem,
    database::{Connection, now_ms},
};
use kontor_sealing::escrow::Partial;

use super::{
    schema::{partial_decryption, viewing},
    text,
};

/// Whose half of the supervision key a share belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// The regulator's officers.
    Officers,
    /// The members' evaluators.
    Network,
}

impl Holder {
    fn name(self) -> &'static str {
        match self {
            Self::Officers => "officers",
            Self::Network => "network",
        }
    }
}

/// Keeps a checked partial decryption; a second one of the same share changes nothing.
pub fn keep(connection: &mut Connection, access: &str, holder: Holder, partial: &Partial) -> Result<(), Problem> {
    let key = (access, holder.name(), i32::from(partial.index));
    let known = partial_decryption::table.find(key).count().get_result::<i64>(connection)?;
    if known > 0 {
        return Ok(());
    }
    diesel::insert_into(partial_decryption::table)
        .values((
            partial_decryption::access.eq(key.0),
            partial_decryption::holder.eq(key.1),
            partial_decryption::share_index.eq(key.2),
            partial_decryption::content.eq(text::to_json(partial)?),
            partial_decryption::created_at.eq(now_ms()),
        ))
        .execute(connection)?;
    Ok(())
}

/// The partial decryptions of one half, by ascending share.
pub fn of(connection: &mut Connection, access: &str, holder: Holder) -> Result<Vec<Partial>, Problem> {
    let rows = partial_decryption::table
        .filter(partial_decryption::access.eq(access))
        .filter(partial_decryption::holder.eq(holder.name()))
        .order(partial_decryption::share_index)
        .select(partial_decryption::content)
        .load::<String>(connection)?;
    rows.iter().map(|content| text::from_json(content)).collect()
}

/// Keeps that plaintext was shown, before it is.
pub fn shown(connection: &mut Connection, id: &str, access: &str, account: &str) -> Result<(), Problem> {
    diesel::insert_into(viewing::table)
        .values((
            viewing::id.eq(id),
            viewing::access.eq(access),
            viewing::account.eq(account),
            viewing::shown_at.eq(now_ms()),
        ))
        .execute(connection)?;
    Ok(())
}
