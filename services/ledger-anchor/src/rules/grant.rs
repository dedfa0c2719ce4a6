//! Grants: keys of fields given to a reader, and new versions withheld from it.

use kontor_ledger::{
    object::{Document, Grant},
    outcome::RefusalCode,
    record::RecordId,
    time::Timestamp,
};
use kontor_sealing::{document::DocumentId, grant::SealedGrant};

use super::{Judged, Stop, require};
use crate::state::{State, load, save};

const MAX_PURPOSE: usize = 64;

/// The document's key gives a reader keys of a version that stands on the ledger.
pub(super) fn give(state: &mut impl State, case: &Judged<'_>, grant: &SealedGrant) -> Result<(), Stop> {
    let header = &grant.header;
    let document = load::<Document>(state, &header.document)?.ok_or(RefusalCode::UnknownDocument)?;
    case.by(&document.key)?;
    require(document.version(header.version).is_some(), RefusalCode::WrongVersion)?;
    require(header.purpose.len() <= MAX_PURPOSE, RefusalCode::TooLong)?;
    let expires = match header.expires {
        Some(millis) => Some(Timestamp::from_millis(millis).map_err(|_| RefusalCode::TooLong)?),
        None => None,
    };
    require(expires.is_none_or(|end| case.now() < end), RefusalCode::Expired)?;
    let given = Grant {
        id: case.id,
        document: header.document,
        version: header.version,
        grantee: header.grantee,
        purpose: header.purpose.clone(),
        expires,
        at: case.now(),
        withdrawn: None,
    };
    save(state, &case.id, &given);
    Ok(())
}

/// The document's key takes a grant back, once.
pub(super) fn withdraw(
    state: &mut impl State,
    case: &Judged<'_>,
    document: &DocumentId,
    grant: &RecordId,
) -> Result<(), Stop> {
    let owner = load::<Document>(state, document)?.ok_or(RefusalCode::UnknownDocument)?;
    case.by(&owner.key)?;
    let given = load::<Grant>(state, grant)?.filter(|given| given.document == *document);
    let mut given = given.ok_or(RefusalCode::UnknownGrant)?;
    require(given.withdrawn.is_none(), RefusalCode::WrongState)?;
    given.withdrawn = Some(case.now());
    save(state, grant, &given);
    Ok(())
}
