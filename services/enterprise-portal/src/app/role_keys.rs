//! Asking a party for its one-time key, and giving it.

use kontor_chassis::database::Connection;
use kontor_ledger::time::Timestamp;
use kontor_sealing::{DocumentId, Role};

use super::accounts;
use crate::{
    domain::{
        enterprise::AccountId,
        handle::Handle,
        id::Id,
        role_request::{Answer, RoleRequest},
    },
    error::Error,
    store,
};

/// Asks `party`.
///
/// # Errors
/// [`Error::UnknownParty`].
pub fn request(
    c: &mut Connection,
    account: AccountId,
    party: &Handle,
    document: DocumentId,
    role: Role,
    now: Timestamp,
) -> Result<RoleRequest, Error> {
    let requester = accounts::own(c, account)?.party;
    let party = store::enterprise::by_handle(c, party)?.ok_or_else(|| Error::UnknownParty(party.clone()))?.party;
    let request = RoleRequest {
        id: Id::fresh(),
        requester: (requester.account, requester.handle),
        party: (party.account, party.handle),
        document,
        role,
        answer: None,
        created: now,
    };
    store::role_request::insert(c, &request)?;
    Ok(request)
}

/// Takes the key of the party that was asked.
///
/// # Errors
/// [`Error::NotFound`] for anybody else, [`Error::RoleAnswered`] if it gave another key before.
pub fn answer(
    c: &mut Connection,
    account: AccountId,
    id: Id<RoleRequest>,
    answer: &Answer,
) -> Result<RoleRequest, Error> {
    let mut request = store::role_request::find(c, id)?.ok_or(Error::NotFound)?;
    if request.party.0 != account {
        return Err(Error::NotFound);
    }
    if request.answer(answer.clone())? {
        store::role_request::answer(c, id, answer)?;
    }
    Ok(request)
}

/// A request that the caller made or is asked to answer.
///
/// # Errors
/// [`Error::NotFound`].
pub fn own(c: &mut Connection, account: AccountId, id: Id<RoleRequest>) -> Result<RoleRequest, Error> {
    store::role_request::find(c, id)?
        .filter(|request| request.requester.0 == account || request.party.0 == account)
        .ok_or(Error::NotFound)
}
