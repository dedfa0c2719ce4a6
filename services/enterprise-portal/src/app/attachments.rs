//! Taking sealed documents, and fetching those that the caller may read.

use kontor_chassis::database::Connection;
use kontor_ledger::time::Timestamp;
use kontor_sealing::{Hash, SealedDocument};

use super::outbox;
use crate::{domain::enterprise::AccountId, error::Error, store};

/// Checks an upload without keys: the digest, the shape, the header's own rules.
///
/// # Errors
/// [`Error::Digest`] and [`Error::NotSealed`].
pub fn check(digest: &Hash, content: &[u8]) -> Result<(), Error> {
    if Hash::sm3(&[content]) != *digest {
        return Err(Error::Digest);
    }
    SealedDocument::from_bytes(content).map(|_| ()).map_err(Error::NotSealed)
}

/// Keeps a checked upload and sends it on to the ledger; false if it was there.
///
/// # Errors
/// As the database.
pub fn store(
    c: &mut Connection,
    account: AccountId,
    digest: Hash,
    content: &[u8],
    now: Timestamp,
) -> Result<bool, Error> {
    let is_new = store::attachment::insert(c, &digest, account, content, now)?;
    if is_new {
        outbox::attachment(c, digest)?;
    }
    Ok(is_new)
}
