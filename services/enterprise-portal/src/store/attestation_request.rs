//! Requests for attestation.

use diesel::prelude::*;
use kontor_chassis::database::Connection;

use super::{
    column::{millis, parse, time},
    schema::attestation_request,
};
use crate::{
    domain::{
        attestation::{Answer, AttestationRequest, State},
        enterprise::AccountId,
        id::Id,
        page::{Page, PageRequest},
        sealed::Sealed,
    },
    error::Error,
};

#[derive(Queryable, Insertable)]
#[diesel(table_name = attestation_request)]
struct Row {
    id: String,
    account: String,
    bank: String,
    sealed_profile: String,
    state: String,
    sealed_attestation: Option<String>,
    reason: Option<String>,
    created_at: i64,
    updated_at: i64,
}

impl TryFrom<Row> for AttestationRequest {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let state = match (row.state.as_str(), row.sealed_attestation) {
            ("requested", None) => State::Requested,
            ("granted", Some(sealed)) => State::Answered(Answer::Granted(Sealed::stored(sealed)), row.reason),
            ("declined", None) => State::Answered(Answer::Declined, row.reason),
            _ => return Err(Error::Stored("attestation_request.state")),
        };
        Ok(Self {
            id: parse("attestation_request.id", &row.id)?,
            account: parse("attestation_request.account", &row.account)?,
            bank: parse("attestation_request.bank", &row.bank)?,
            profile: Sealed::stored(row.sealed_profile),
            state,
            created: time("attestation_request.created_at", row.created_at)?,
            updated: time("attestation_request.updated_at", row.updated_at)?,
        })
    }
}

impl From<&AttestationRequest> for Row {
    fn from(request: &AttestationRequest) -> Self {
        let (state, sealed_attestation, reason) = match &request.state {
            State::Requested => ("requested", None, None),
            State::Answered(Answer::Granted(sealed), reason) => ("granted", Some(sealed.as_str()), reason.clone()),
            State::Answered(Answer::Declined, reason) => ("declined", None, reason.clone()),
        };
        Self {
            id: request.id.to_string(),
            account: request.account.to_string(),
            bank: request.bank.to_string(),
            sealed_profile: request.profile.as_str().to_owned(),
            state: state.to_owned(),
            sealed_attestation: sealed_attestation.map(str::to_owned),
            reason,
            created_at: millis(request.created),
            updated_at: millis(request.updated),
        }
    }
}

/// Adds a request.
pub fn insert(c: &mut Connection, request: &AttestationRequest) -> Result<(), Error> {
    diesel::insert_into(attestation_request::table).values(Row::from(request)).execute(c)?;
    Ok(())
}

/// Stores what an answer changed.
pub fn update(c: &mut Connection, request: &AttestationRequest) -> Result<(), Error> {
    let row = Row::from(request);
    diesel::update(attestation_request::table.find(row.id))
        .set((
            attestation_request::state.eq(row.state),
            attestation_request::sealed_attestation.eq(row.sealed_attestation),
            attestation_request::reason.eq(row.reason),
            attestation_request::updated_at.eq(row.updated_at),
        ))
        .execute(c)?;
    Ok(())
}

/// One request.
pub fn find(c: &mut Connection, id: Id<AttestationRequest>) -> Result<Option<AttestationRequest>, Error> {
    let row: Option<Row> = attestation_request::table.find(id.to_string()).first(c).optional()?;
    row.map(AttestationRequest::try_from).transpose()
}

/// An account's requests, newest first.
pub fn list(
    c: &mut Connection,
    account: AccountId,
    page: &PageRequest<Id<AttestationRequest>>,
) -> Result<Page<AttestationRequest, Id<AttestationRequest>>, Error> {
    let rows: Vec<Row> = attestation_request::table
        .filter(attestation_request::account.eq(account.to_string()))
        .filter(attestation_request::id.lt(super::before(page)))
        .order(attestation_request::id.desc())
        .limit(i64::from(page.limit) + 1)
        .load(c)?;
    let found = rows.into_iter().map(AttestationRequest::try_from).collect::<Result<_, _>>()?;
    Ok(Page::of(found, page.limit, |request: &AttestationRequest| request.id))
}
