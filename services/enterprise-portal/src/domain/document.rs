//! What the portal knows of documents from the ledger: anchored versions, grants, endorsements, accesses.

use kontor_ledger::{
    record::{CaseId, Endorsement, RecordId},
    time::Timestamp,
};
use kontor_sealing::{DocumentHeader, DocumentId, Hash, PublicKey, SealedGrant};

use super::{enterprise::AccountId, handle::Handle};

/// A record's place in the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The record.
    pub record: RecordId,
    /// In the log.
    pub position: u64,
    /// As the nodes agreed.
    pub timestamp: Timestamp,
}

/// A registered document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its id.
    pub id: DocumentId,
    /// Who registered it through this portal.
    pub owner: Option<AccountId>,
    /// Its schema's name.
    pub schema: String,
    /// What replaces it.
    pub superseded_by: Option<DocumentId>,
    /// Of its registration in the log.
    pub position: u64,
    /// When it was registered.
    pub registered: Timestamp,
}

/// One anchored version.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// As registered; names document and version.
    pub header: DocumentHeader,
    /// Anchored root.
    pub root: Hash,
    /// SM3 of the sealed document.
    pub attachment: Hash,
    /// Where it was anchored.
    pub place: Place,
}

/// Keys given to one reader.
#[derive(Debug, Clone, PartialEq)]
pub struct Grant {
    /// Header and sealed keys.
    pub content: SealedGrant,
    /// The record that withdrew it.
    pub withdrawn_by: Option<RecordId>,
    /// Where it was given.
    pub place: Place,
}

/// A grant that a party of this portal was told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// The record that gave the grant.
    pub grant: RecordId,
    /// The document.
    pub document: DocumentId,
    /// Who was told.
    pub with: (AccountId, Handle),
    /// When.
    pub created: Timestamp,
}

/// A party's word on a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endorsed {
    /// The document.
    pub document: DocumentId,
    /// The version.
    pub version: u32,
    /// The word.
    pub action: Endorsement,
    /// The role key.
    pub author: PublicKey,
    /// Where it was said.
    pub place: Place,
}

/// A regulator's access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// The document.
    pub document: DocumentId,
    /// The version read.
    pub version: u32,
    /// The case.
    pub case: CaseId,
    /// As recorded.
    pub reason: String,
    /// Of the case, where its record is known.
    pub legal_basis: Option<String>,
    /// Where it was announced.
    pub place: Place,
}
