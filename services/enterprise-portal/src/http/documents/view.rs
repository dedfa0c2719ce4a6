//! A document's JSON.

use kontor_ledger::{
    object::{Claim, ClaimState},
    record::{ClaimId, Endorsement, RecordId},
    time::Timestamp,
};
use kontor_sealing::{Commitment, DocumentHeader, DocumentId, Hash, PublicKey, SealedGrant};
use serde::Serialize;

use crate::{app::reading, domain::handle::Handle};

/// `current` or `superseded`.
pub(super) const fn state(superseded_by: Option<DocumentId>) -> &'static str {
    if superseded_by.is_some() { "superseded" } else { "current" }
}

/// A document: everything but its content.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DocumentView {
    id: DocumentId,
    schema: String,
    owned: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<Handle>,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    superseded_by: Option<DocumentId>,
    registered: Timestamp,
    versions: Vec<VersionView>,
    grants: Vec<GrantView>,
    endorsements: Vec<EndorsementView>,
    claims: Vec<ClaimView>,
    indexed: u64,
}

#[derive(Serialize)]
struct VersionView {
    version: u32,
    root: Hash,
    attachment: Hash,
    record: RecordId,
    position: u64,
    timestamp: Timestamp,
    header: DocumentHeader,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GrantView {
    record: RecordId,
    version: u32,
    grantee: Hash,
    purpose: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<Timestamp>,
    withdrawn: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    shared_with: Option<Handle>,
    grant: SealedGrant,
    position: u64,
    timestamp: Timestamp,
}

#[derive(Serialize)]
struct EndorsementView {
    record: RecordId,
    version: u32,
    action: Endorsement,
    author: PublicKey,
    position: u64,
    timestamp: Timestamp,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ClaimView {
    claim: ClaimId,
    version: u32,
    state: ClaimState,
    amount: Commitment,
    advance_rate: u16,
    claim_key: PublicKey,
    expires: Timestamp,
    timestamp: Timestamp,
}

impl DocumentView {
    /// The view, with the live claims that the ledger has.
    pub fn new(view: reading::View, claims: Vec<Claim>) -> Self {
        let reading::View { document, is_owned, owner, versions, grants, mut shared_with, endorsements, indexed } =
            view;
        let version = |version: crate::domain::document::Version| VersionView {
            version: version.header.version,
            root: version.root,
            attachment: version.attachment,
            record: version.place.record,
            position: version.place.position,
            timestamp: version.place.timestamp,
            header: version.header,
        };
        let grant = |grant: crate::domain::document::Grant| GrantView {
            record: grant.place.record,
            version: grant.content.header.version,
            grantee: grant.content.header.grantee,
            purpose: grant.content.header.purpose.clone(),
            expires: grant.content.header.expires.and_then(|millis| Timestamp::from_millis(millis).ok()),
            withdrawn: grant.withdrawn_by.is_some(),
            shared_with: shared_with.remove(&grant.place.record),
            grant: grant.content,
            position: grant.place.position,
            timestamp: grant.place.timestamp,
        };
        let endorsement = |made: crate::domain::document::Endorsed| EndorsementView {
            record: made.place.record,
            version: made.version,
            action: made.action,
            author: made.author,
            position: made.place.position,
            timestamp: made.place.timestamp,
        };
        let claim = |claim: Claim| ClaimView {
            claim: claim.id,
            version: claim.version,
            state: claim.state,
            amount: claim.amount,
            advance_rate: claim.advance_rate,
            claim_key: claim.key,
            expires: claim.expires,
            timestamp: claim.at,
        };
        Self {
            id: document.id,
            schema: document.schema,
            owned: is_owned,
            owner,
            state: state(document.superseded_by),
            superseded_by: document.superseded_by,
            registered: document.registered,
            versions: versions.into_iter().map(version).collect(),
            grants: grants.into_iter().map(grant).collect(),
            endorsements: endorsements.into_iter().map(endorsement).collect(),
            claims: claims.into_iter().map(claim).collect(),
            indexed,
        }
    }
}
