//! Taking a signed record for the ledger, and what becomes of it.

use kontor_chassis::database::Connection;
use kontor_ledger::{
    record::{Body, Record, RecordId},
    time::Timestamp,
};
use kontor_sealing::{DocumentHeader, Hash, SealedDocument};

use super::outbox;
use crate::{
    domain::{
        enterprise::AccountId,
        relay::{Fate, Relay},
        sponsorship,
    },
    error::Error,
    store,
};

/// Queues a record that passed [`sponsorship::check`]; the same record again changes nothing.
///
/// # Errors
/// [`Error::AttachmentMissing`] and [`Error::AttachmentMismatch`] for an anchoring record.
pub fn queue(
    c: &mut Connection,
    account: AccountId,
    id: RecordId,
    record: &Record,
    now: Timestamp,
) -> Result<(), Error> {
    if store::relay::find(c, &id)?.is_some() {
        return Ok(());
    }
    if let Some((header, root, attachment)) = anchored(&record.unsigned.body) {
        let content = store::attachment::find(c, attachment)?.ok_or(Error::AttachmentMissing)?;
        let sealed = SealedDocument::from_bytes(&content).map_err(Error::NotSealed)?;
        let found = sealed.check_root().map_err(Error::NotSealed)?;
        if sealed.header != *header || found != *root {
            return Err(Error::AttachmentMismatch);
        }
    }
    let kind = sponsorship::kind(&record.unsigned.body).unwrap_or_default().to_owned();
    store::relay::insert(c, &Relay { id, account, kind, record: record.clone(), fate: Fate::Queued, created: now })?;
    outbox::record(c, id)?;
    Ok(())
}

fn anchored(body: &Body) -> Option<(&DocumentHeader, &Hash, &Hash)> {
    match body {
        Body::DocumentRegister { header, root, attachment, .. }
        | Body::DocumentAmend { header, root, attachment, .. } => Some((header, root, attachment)),
        _ => None,
    }
}

/// What the caller can be told of a record by now: its fate, once it is decided and what it says is indexed.
///
/// # Errors
/// As the database.
pub fn settled(c: &mut Connection, id: &RecordId) -> Result<Option<Fate>, Error> {
    let Some(relay) = store::relay::find(c, id)? else { return Ok(None) };
    let is_settled = match relay.fate {
        Fate::Queued => false,
        Fate::Accepted { position, .. } => store::follower::next(c)? > position,
        Fate::Refused { .. } | Fate::Rejected { .. } => true,
    };
    Ok(is_settled.then_some(relay.fate))
}

/// The caller's record.
///
/// # Errors
/// [`Error::NotFound`].
pub fn own(c: &mut Connection, account: AccountId, id: &RecordId) -> Result<Relay, Error> {
    store::relay::find(c, id)?.filter(|relay| relay.account == account).ok_or(Error::NotFound)
}
