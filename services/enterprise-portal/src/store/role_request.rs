//! Requests for role keys.

use diesel::prelude::*;
use kontor_chassis::database::Connection;

use super::{
    column::{millis, parse, time},
    enterprise,
    schema::role_request,
};
use crate::{
    domain::{
        enterprise::AccountId,
        handle::Handle,
        id::Id,
        page::{Page, PageRequest},
        role_request::{Answer, RoleRequest, role},
        sealed::Sealed,
    },
    error::Error,
};

#[derive(Queryable, Insertable)]
#[diesel(table_name = role_request)]
struct Row {
    id: String,
    requester: String,
    party: String,
    document: String,
    role: String,
    role_key: Option<String>,
    sealed_proof: Option<String>,
    created_at: i64,
    answered_at: Option<i64>,
}

/// Which of an account's role requests are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Those it is asked to answer.
    In,
    /// Those it made.
    Out,
}

impl Row {
    fn into_domain(self, c: &mut Connection) -> Result<RoleRequest, Error> {
        let answer = match (self.role_key, self.sealed_proof, self.answered_at) {
            (Some(key), Some(proof), Some(at)) => Some(Answer {
                role_key: parse("role_request.role_key", &key)?,
                proof: Sealed::stored(proof),
                at: time("role_request.answered_at", at)?,
            }),
            (None, None, None) => None,
            _ => return Err(Error::Stored("role_request.role_key")),
        };
        Ok(RoleRequest {
            id: parse("role_request.id", &self.id)?,
            requester: named(c, &self.requester)?,
            party: named(c, &self.party)?,
            document: parse("role_request.document", &self.document)?,
            role: role(&self.role).ok_or(Error::Stored("role_request.role"))?,
            answer,
            created: time("role_request.created_at", self.created_at)?,
        })
    }
}

fn named(c: &mut Connection, account: &str) -> Result<(AccountId, Handle), Error> {
    let account = parse("role_request.party", account)?;
    let enterprise = enterprise::by_account(c, account)?.ok_or(Error::Stored("role_request.party"))?;
    Ok((account, enterprise.party.handle))
}

/// Adds a request.
pub fn insert(c: &mut Connection, request: &RoleRequest) -> Result<(), Error> {
    let row = Row {
        id: request.id.to_string(),
        requester: request.requester.0.to_string(),
        party: request.party.0.to_string(),
        document: request.document.to_string(),
        role: request.role.name().to_owned(),
        role_key: None,
        sealed_proof: None,
        created_at: millis(request.created),
        answered_at: None,
    };
    diesel::insert_into(role_request::table).values(row).execute(c)?;
    Ok(())
}

/// Stores the party's key.
pub fn answer(c: &mut Connection, id: Id<RoleRequest>, answer: &Answer) -> Result<(), Error> {
    diesel::update(role_request::table.find(id.to_string()))
        .set((
            role_request::role_key.eq(answer.role_key.to_string()),
            role_request::sealed_proof.eq(answer.proof.as_str()),
            role_request::answered_at.eq(millis(answer.at)),
        ))
        .execute(c)?;
    Ok(())
}

/// One request.
pub fn find(c: &mut Connection, id: Id<RoleRequest>) -> Result<Option<RoleRequest>, Error> {
    let row: Option<Row> = role_request::table.find(id.to_string()).first(c).optional()?;
    row.map(|row| row.into_domain(c)).transpose()
}

/// An account's requests, newest first.
pub fn list(
    c: &mut Connection,
    account: AccountId,
    direction: Direction,
    page: &PageRequest<Id<RoleRequest>>,
) -> Result<Page<RoleRequest, Id<RoleRequest>>, Error> {
    let limit = i64::from(page.limit) + 1;
    let newest = role_request::table
        .filter(role_request::id.lt(super::before(page)))
        .order(role_request::id.desc())
        .limit(limit);
    let rows: Vec<Row> = match direction {
        Direction::In => newest.filter(role_request::party.eq(account.to_string())).load(c)?,
        Direction::Out => newest.filter(role_request::requester.eq(account.to_string())).load(c)?,
    };
    let found = rows.into_iter().map(|row| row.into_domain(c)).collect::<Result<_, _>>()?;
    Ok(Page::of(found, page.limit, |request: &RoleRequest| request.id))
}
