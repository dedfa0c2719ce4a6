//! What a caller may see of a document: its owner everything, others what was shared with them.

use std::collections::BTreeMap;

use kontor_chassis::database::Connection;
use kontor_ledger::{record::RecordId, time::Timestamp};
use kontor_sealing::{DocumentId, Hash};

use crate::{
    domain::{
        document::{Document, Endorsed, Grant, Share, Version},
        enterprise::AccountId,
        handle::Handle,
    },
    error::Error,
    store,
};

/// A document as one caller sees it.
pub struct View {
    /// The document.
    pub document: Document,
    /// Whether the caller registered it.
    pub is_owned: bool,
    /// The owner's name, if it registered here.
    pub owner: Option<Handle>,
    /// All versions: they are public on the ledger.
    pub versions: Vec<Version>,
    /// The owner's view: all grants; another's: those shared with it.
    pub grants: Vec<Grant>,
    /// Whom the owner told of which grant; empty for others.
    pub shared_with: BTreeMap<RecordId, Handle>,
    /// The parties' words.
    pub endorsements: Vec<Endorsed>,
    /// Ledger positions below this one are included.
    pub indexed: u64,
}

/// The caller's part of a document.
pub enum Reader {
    /// Registered it.
    Owner(Document),
    /// Was told of these grants, which hold.
    Grantee(Document, Vec<Grant>),
}

impl Reader {
    /// The document.
    pub const fn document(&self) -> &Document {
        match self {
            Self::Owner(document) | Self::Grantee(document, _) => document,
        }
    }
}

/// Who the caller is to a document.
///
/// # Errors
/// [`Error::NotFound`] if nothing to it.
pub fn reader(c: &mut Connection, account: AccountId, id: &DocumentId, now: Timestamp) -> Result<Reader, Error> {
    let document = store::document::find(c, id)?.ok_or(Error::NotFound)?;
    if document.owner == Some(account) {
        return Ok(Reader::Owner(document));
    }
    let shares = store::share::of_document(c, id)?;
    let told = |grant: &Grant| shares.iter().any(|share| share.with.0 == account && share.grant == grant.place.record);
    let grants: Vec<Grant> =
        store::grant::of_document(c, id)?.into_iter().filter(|grant| told(grant) && holds(grant, now)).collect();
    if grants.is_empty() { Err(Error::NotFound) } else { Ok(Reader::Grantee(document, grants)) }
}

/// Whether a grant was neither withdrawn nor ended by itself.
fn holds(grant: &Grant, now: Timestamp) -> bool {
    grant.withdrawn_by.is_none() && grant.content.header.expires.is_none_or(|end| now.as_millis() < end)
}

/// The caller's own document.
///
/// # Errors
/// [`Error::NotFound`].
pub fn own(c: &mut Connection, account: AccountId, id: &DocumentId) -> Result<Document, Error> {
    store::document::find(c, id)?.filter(|document| document.owner == Some(account)).ok_or(Error::NotFound)
}

/// A document with what the caller may see of it.
///
/// # Errors
/// [`Error::NotFound`].
pub fn view(c: &mut Connection, account: AccountId, id: &DocumentId, now: Timestamp) -> Result<View, Error> {
    let (document, is_owned, grants, shares): (_, _, _, Vec<Share>) = match reader(c, account, id, now)? {
        Reader::Owner(document) => {
            (document, true, store::grant::of_document(c, id)?, store::share::of_document(c, id)?)
        }
        Reader::Grantee(document, grants) => (document, false, grants, Vec::new()),
    };
    let owner = match document.owner {
        Some(owner) => store::enterprise::by_account(c, owner)?.map(|enterprise| enterprise.party.handle),
        None => None,
    };
    Ok(View {
        is_owned,
        owner,
        versions: store::document::versions(c, id)?,
        grants,
        shared_with: shares.into_iter().map(|share| (share.grant, share.with.1)).collect(),
        endorsements: store::endorsement::of_document(c, id)?,
        indexed: store::follower::next(c)?,
        document,
    })
}

/// The digest of the sealed document, and its content if it was uploaded here; others than the owner get the
/// versions that they were granted.
///
/// # Errors
/// [`Error::NotFound`].
pub fn sealed(
    c: &mut Connection,
    account: AccountId,
    id: &DocumentId,
    version: Option<u32>,
    now: Timestamp,
) -> Result<(Hash, Option<Vec<u8>>), Error> {
    let version = match (reader(c, account, id, now)?, version) {
        (Reader::Owner(_), Some(version)) => version,
        (Reader::Owner(_), None) => store::document::latest_version(c, id)?.ok_or(Error::NotFound)?,
        (Reader::Grantee(_, grants), asked) => grants
            .iter()
            .map(|grant| grant.content.header.version)
            .filter(|granted| asked.is_none_or(|asked| asked == *granted))
            .max()
            .ok_or(Error::NotFound)?,
    };
    let digest = store::document::attachment(c, id, version)?.ok_or(Error::NotFound)?;
    let content = store::attachment::find(c, &digest)?;
    Ok((digest, content))
}
