//! Enterprises.

use diesel::prelude::*;
use kontor_chassis::database::Connection;

use super::{
    column::{encryption_key, millis, parse, time},
    schema::enterprise,
};
use crate::{
    domain::{
        enterprise::{AccountId, Enterprise, Party},
        handle::Handle,
    },
    error::Error,
};

#[derive(Queryable, Insertable)]
#[diesel(table_name = enterprise)]
struct Row {
    account: String,
    handle: String,
    identity_key: String,
    encryption_key: String,
    email: Option<String>,
    created_at: i64,
}

impl TryFrom<Row> for Enterprise {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            party: Party {
                account: parse("enterprise.account", &row.account)?,
                handle: parse("enterprise.handle", &row.handle)?,
                identity_key: parse("enterprise.identity_key", &row.identity_key)?,
                encryption_key: encryption_key("enterprise.encryption_key", &row.encryption_key)?,
            },
            email: row.email,
            created: time("enterprise.created_at", row.created_at)?,
        })
    }
}

/// Adds an enterprise.
pub fn insert(c: &mut Connection, enterprise: &Enterprise) -> Result<(), Error> {
    let party = &enterprise.party;
    let row = Row {
        account: party.account.to_string(),
        handle: party.handle.to_string(),
        identity_key: party.identity_key.to_string(),
        encryption_key: hex::encode(party.encryption_key.as_bytes()),
        email: enterprise.email.clone(),
        created_at: millis(enterprise.created),
    };
    diesel::insert_into(enterprise::table).values(row).execute(c)?;
    Ok(())
}

/// The enterprise of an account.
pub fn by_account(c: &mut Connection, account: AccountId) -> Result<Option<Enterprise>, Error> {
    let row: Option<Row> = enterprise::table.find(account.to_string()).first(c).optional()?;
    row.map(Enterprise::try_from).transpose()
}

/// The enterprise of that name.
pub fn by_handle(c: &mut Connection, handle: &Handle) -> Result<Option<Enterprise>, Error> {
    let row: Option<Row> = enterprise::table.filter(enterprise::handle.eq(handle.as_str())).first(c).optional()?;
    row.map(Enterprise::try_from).transpose()
}
