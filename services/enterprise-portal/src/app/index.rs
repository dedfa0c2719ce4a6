//! What the ledger's accepted records say about documents, in the portal's own tables.

use kontor_chassis::database::Connection;
use kontor_ledger::record::{Body, Record};
use kontor_sealing::DocumentHeader;

use super::outbox;
use crate::{
    domain::document::{Access, Document, Endorsed, Grant, Place, Version},
    error::Error,
    store,
};

/// Indexes the record at `place`, in order and once: what was indexed before is skipped.
///
/// # Errors
/// As the database.
pub fn accepted(c: &mut Connection, record: &Record, place: Place) -> Result<(), Error> {
    if store::follower::next(c)? > place.position {
        return Ok(());
    }
    apply(c, record, place)?;
    store::follower::advance(c, place.position.saturating_add(1))
}

/// Skips a record that changed nothing.
///
/// # Errors
/// As the database.
pub fn skipped(c: &mut Connection, position: u64) -> Result<(), Error> {
    if store::follower::next(c)? > position {
        return Ok(());
    }
    store::follower::advance(c, position.saturating_add(1))
}

fn apply(c: &mut Connection, record: &Record, place: Place) -> Result<(), Error> {
    match &record.unsigned.body {
        Body::DocumentRegister { header, root, attachment, total: _ } => {
            register(c, header, place)?;
            let version = Version { header: header.clone(), root: *root, attachment: *attachment, place };
            store::document::insert_version(c, &version)
        }
        Body::DocumentAmend { header, root, attachment, total: _, headroom: _ } => {
            let version = Version { header: header.clone(), root: *root, attachment: *attachment, place };
            store::document::insert_version(c, &version)
        }
        Body::DocumentEndorse { document, version, root: _, action } => {
            let author = record.unsigned.author;
            let made = Endorsed { document: *document, version: *version, action: *action, author, place };
            store::endorsement::insert(c, &made)
        }
        Body::DocumentSupersede { document, by } => {
            // The new document offers first, under its own key; what counts is the old one's word.
            let versions = store::document::versions(c, document)?;
            let is_owner = versions.first().is_some_and(|version| version.header.key == record.unsigned.author);
            if is_owner { store::document::supersede(c, document, by) } else { Ok(()) }
        }
        Body::GrantGive { grant } => {
            store::grant::insert(c, &Grant { content: grant.clone(), withdrawn_by: None, place })
        }
        Body::GrantWithdraw { document: _, grant } => store::grant::withdraw(c, grant, &place.record),
        Body::SupervisionCaseOpen { case, approvals: _ } => {
            store::access::insert_case(c, &place.record, &case.legal_basis)
        }
        Body::SupervisionAccess { access, approvals: _ } => {
            let made = Access {
                document: access.document,
                version: access.version,
                case: access.case,
                reason: access.reason.clone(),
                legal_basis: None,
                place,
            };
            store::access::insert(c, &made)?;
            match store::document::find(c, &access.document)?.and_then(|document| document.owner) {
                Some(owner) => Ok(outbox::access_notice(c, owner, place.record)?),
                None => Ok(()),
            }
        }
        Body::NetworkAttestationWithdraw { .. }
        | Body::ClaimReserve { .. }
        | Body::ClaimFinance { .. }
        | Body::ClaimSettle { .. }
        | Body::ClaimRelease { .. }
        | Body::SupervisionCaseClose { .. }
        | Body::ClaimAppeal { .. }
        | Body::SupervisionAlert { .. }
        | Body::ReceivableIssue { .. }
        | Body::ReceivableAcknowledge { .. }
        | Body::ReceivableSplit { .. }
        | Body::ReceivableTransfer { .. }
        | Body::ReceivableFinance { .. }
        | Body::ReceivableSettle { .. }
        | Body::AnchorNotarise { .. }
        | Body::NetworkPropose { .. }
        | Body::NetworkVote { .. }
        | Body::NetworkKeyRotate { .. }
        | Body::NetworkLeave
        | Body::NetworkCertificateIssue { .. }
        | Body::NetworkCertificateRevoke { .. } => Ok(()),
    }
}

/// The owner is the account that gave the record to this portal.
fn register(c: &mut Connection, header: &DocumentHeader, place: Place) -> Result<(), Error> {
    let document = Document {
        id: header.document,
        owner: store::relay::account(c, &place.record)?,
        schema: header.schema.clone(),
        superseded_by: None,
        position: place.position,
        registered: place.timestamp,
    };
    store::document::insert(c, &document)
}
