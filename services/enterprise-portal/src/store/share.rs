//! Which party was told of which grant.

use diesel::prelude::*;
use kontor_chassis::database::Connection;
use kontor_ledger::record::RecordId;
use kontor_sealing::DocumentId;

use super::{
    column::{millis, parse, time},
    enterprise,
    schema::share,
};
use crate::{
    domain::{document::Share, enterprise::AccountId},
    error::Error,
};

#[derive(Queryable, Insertable)]
#[diesel(table_name = share)]
struct Row {
    grant_record: String,
    account: String,
    document: String,
    created_at: i64,
}

impl Row {
    fn into_domain(self, c: &mut Connection) -> Result<Share, Error> {
        let account: AccountId = parse("share.account", &self.account)?;
        let enterprise = enterprise::by_account(c, account)?.ok_or(Error::Stored("share.account"))?;
        Ok(Share {
            grant: parse("share.grant_record", &self.grant_record)?,
            document: parse("share.document", &self.document)?,
            with: (account, enterprise.party.handle),
            created: time("share.created_at", self.created_at)?,
        })
    }
}

/// Adds a share.
pub fn insert(c: &mut Connection, made: &Share) -> Result<(), Error> {
    let row = Row {
        grant_record: made.grant.to_string(),
        account: made.with.0.to_string(),
        document: made.document.to_string(),
        created_at: millis(made.created),
    };
    diesel::insert_into(share::table).values(row).execute(c)?;
    Ok(())
}

/// The share of a grant with an account.
pub fn find(c: &mut Connection, grant: &RecordId, account: AccountId) -> Result<Option<Share>, Error> {
    let row: Option<Row> = share::table.find((grant.to_string(), account.to_string())).first(c).optional()?;
    row.map(|row| row.into_domain(c)).transpose()
}

/// All shares of a document.
pub fn of_document(c: &mut Connection, document: &DocumentId) -> Result<Vec<Share>, Error> {
    let rows: Vec<Row> = share::table.filter(share::document.eq(document.to_string())).load(c)?;
    rows.into_iter().map(|row| row.into_domain(c)).collect()
}
