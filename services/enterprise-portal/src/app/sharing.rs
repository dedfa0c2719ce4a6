//! Telling a party of a grant to it.

use kontor_chassis::database::Connection;
use kontor_ledger::{record::RecordId, time::Timestamp};
use kontor_sealing::DocumentId;

use super::reading;
use crate::{
    domain::{document::Share, enterprise::AccountId, handle::Handle},
    error::Error,
    store,
};

/// Tells `party` of the grant; telling again changes nothing.
///
/// # Errors
/// [`Error::NotFound`] for another's document, [`Error::UnknownParty`], [`Error::UnknownGrant`].
pub fn share(
    c: &mut Connection,
    account: AccountId,
    document: &DocumentId,
    party: &Handle,
    grant: RecordId,
    now: Timestamp,
) -> Result<Share, Error> {
    reading::own(c, account, document)?;
    granted(c, document, &grant)?;
    let with = store::enterprise::by_handle(c, party)?.ok_or_else(|| Error::UnknownParty(party.clone()))?.party;
    if let Some(known) = store::share::find(c, &grant, with.account)? {
        return Ok(known);
    }
    let share = Share { grant, document: *document, with: (with.account, with.handle), created: now };
    store::share::insert(c, &share)?;
    Ok(share)
}

/// That the record gave a grant on the document which was not withdrawn.
///
/// # Errors
/// [`Error::UnknownGrant`].
pub fn granted(c: &mut Connection, document: &DocumentId, grant: &RecordId) -> Result<(), Error> {
    store::grant::find(c, grant)?
        .filter(|grant| grant.content.header.document == *document && grant.withdrawn_by.is_none())
        .map(|_| ())
        .ok_or(Error::UnknownGrant)
}
