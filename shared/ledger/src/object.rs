//! Objects: what the accepted records so far add up to, as every node keeps them and the API shows them.
//!
//! | Claim | finance | settle | release | its time passes |
//! |---|---|---|---|---|
//! | reserved | financed | – | released | lapsed |
//! | financed | – | settled | released | – |
//! | settled, released, lapsed | – | – | – | – |
//!
//! In the words of `kontor_trade`'s financing claim: *registered* is reserved, *refused* claims leave no object but a
//! refusal in the log, and what lapsed is *released* by its expiry.

use kontor_sealing::{Commitment, Hash, PublicKey, Role, RoleKey, Suite, document::DocumentId};
use minicbor::{CborLen, Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::{
    alert::{Alert, Appeal},
    attestation::AttestationId,
    context::Anchored,
    governance::{MemberState, Proposal},
    member::MemberId,
    network_certificate::NetworkCertificate,
    receivable::{Borne, Receivable},
    record::{
        AccessTerms, CaseId, CaseTerms, ClaimId, Endorsement, Fingerprint, FingerprintKind, NearMatchAction, RecordId,
    },
    source::SourceHold,
    time::Timestamp,
};

/// An object as the API shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Object {
    /// A document.
    Document(Document),
    /// A claim.
    Claim(Claim),
    /// A grant.
    Grant(Grant),
    /// A case.
    Case(Case),
    /// An access.
    Access(Access),
    /// Who holds a fingerprint.
    Fingerprint(FingerprintHolders),
    /// An attestation's withdrawals.
    Attestation(Withdrawals),
    /// A member.
    Member(MemberState),
    /// A proposal.
    Proposal(Proposal),
    /// A receivable or a part of one.
    Receivable(Receivable),
    /// An alert.
    Alert(Alert),
    /// A certificate of the network's authority.
    Certificate(NetworkCertificate),
}

/// A document with all its versions.
#[derive(Debug, Clone, PartialEq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Document {
    /// Its id.
    #[n(0)]
    pub id: DocumentId,
    /// Signs its records.
    #[n(1)]
    pub key: PublicKey,
    /// Its suite.
    #[n(2)]
    pub suite: Suite,
    /// Its schema's name.
    #[n(3)]
    pub schema: String,
    /// The parties' one-time keys; later versions may add, never change.
    #[n(4)]
    pub roles: Vec<RoleKey>,
    /// Version 1 first; never empty.
    #[n(5)]
    pub versions: Vec<Version>,
    /// Claims that count against the total, made on this document or resting on it as their source, in ascending
    /// order; a reservation that lapsed may still be listed.
    #[n(6)]
    pub live: Vec<ClaimId>,
    /// The total was amended below the live claims, or is gone with the document.
    #[n(7)]
    pub diluted: bool,
    /// The seller cancelled it.
    #[n(8)]
    pub cancelled: bool,
    /// The document whose place this one offered to take.
    #[n(9)]
    pub replaces: Option<DocumentId>,
    /// The document that took its place.
    #[n(10)]
    pub superseded_by: Option<DocumentId>,
    /// Supervisory accesses, oldest first.
    #[n(11)]
    pub accesses: Vec<RecordId>,
    /// What was issued on it; while there is any, nothing is claimed on the document itself.
    #[n(12)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receivables: Option<Borne>,
    /// Its owner's appeals against matches, and others' against what was issued on it, oldest first.
    #[cbor(n(13), skip_if = "Vec::is_empty")]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub appeals: Vec<Appeal>,
    /// The regulator's alerts, oldest first.
    #[cbor(n(14), skip_if = "Vec::is_empty")]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alerts: Vec<RecordId>,
}

/// One version of a document.
#[derive(Debug, Clone, PartialEq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Version {
    /// From 1.
    #[n(0)]
    pub version: u32,
    /// Root over header and leaves.
    #[n(1)]
    pub root: Hash,
    /// SM3 of the sealed document.
    #[n(2)]
    pub attachment: Hash,
    /// The total, if it can be financed.
    #[n(3)]
    pub total: Option<Commitment>,
    /// The record that anchored it.
    #[n(4)]
    pub record: RecordId,
    /// When that was.
    #[n(5)]
    pub at: Timestamp,
    /// The parties' words on it, oldest first.
    #[n(6)]
    pub endorsements: Vec<Endorsed>,
}

/// A party's word on a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Endorsed {
    /// The word.
    #[n(0)]
    pub action: Endorsement,
    /// The record that says it.
    #[n(1)]
    pub record: RecordId,
    /// When that was.
    #[n(2)]
    pub at: Timestamp,
}

impl Document {
    /// The latest version.
    pub fn latest(&self) -> Option<&Version> {
        self.versions.last()
    }

    /// A version by its number.
    pub fn version(&self, number: u32) -> Option<&Version> {
        self.versions.iter().find(|version| version.version == number)
    }

    /// The key of a role.
    pub fn role_key(&self, role: Role) -> Option<PublicKey> {
        self.roles.iter().find(|entry| entry.role == role).map(|entry| entry.key)
    }

    /// The version as proofs name it.
    pub fn anchored(&self, version: &Version) -> Anchored {
        Anchored { document: self.id, version: version.version, root: version.root }
    }
}

impl Version {
    /// The last word among those that `speak`.
    pub fn standing(&self, speak: impl Fn(Endorsement) -> bool) -> Option<Endorsement> {
        self.endorsements.iter().rev().map(|word| word.action).find(|action| speak(*action))
    }

    /// The buyer's last word, if any.
    pub fn buyers_word(&self) -> Option<Endorsement> {
        self.standing(|action| action.role() == Role::Buyer)
    }

    /// Whether the seller issued it.
    pub fn is_issued(&self) -> bool {
        self.standing(|action| action == Endorsement::Issue).is_some()
    }
}

impl Endorsement {
    /// The role whose word it is.
    pub const fn role(self) -> Role {
        match self {
            Self::Issue | Self::Cancel => Role::Seller,
            Self::Accept | Self::Confirm | Self::Dispute => Role::Buyer,
        }
    }
}

/// Where a claim stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode, CborLen, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "kebab-case")]
pub enum ClaimState {
    /// Counts until its time passes.
    #[n(0)]
    Reserved,
    /// Money was paid; counts.
    #[n(1)]
    Financed,
    /// Repaid.
    #[n(2)]
    Settled,
    /// Given up.
    #[n(3)]
    Released,
    /// Its time passed before money was paid.
    #[n(4)]
    Lapsed,
}

/// What the claim's bank may do with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClaimEvent {
    /// Money was paid.
    Finance,
    /// It was repaid.
    Settle,
    /// It is given up.
    Release,
}

impl ClaimState {
    /// The table above; `None` where it has a dash.
    pub const fn after(self, event: ClaimEvent) -> Option<Self> {
        match (self, event) {
            (Self::Reserved, ClaimEvent::Finance) => Some(Self::Financed),
            (Self::Financed, ClaimEvent::Settle) => Some(Self::Settled),
            (Self::Reserved | Self::Financed, ClaimEvent::Release) => Some(Self::Released),
            (Self::Reserved, ClaimEvent::Settle)
            | (Self::Financed, ClaimEvent::Finance)
            | (Self::Settled | Self::Released | Self::Lapsed, _) => None,
        }
    }

    /// Whether a claim in this state counts against its document's total.
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Reserved | Self::Financed)
    }
}

/// A bank's claim on part of a document's total.
#[derive(Debug, Clone, PartialEq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Claim {
    /// The record that reserved it.
    #[n(0)]
    pub id: ClaimId,
    /// The document it was made on.
    #[n(1)]
    pub document: DocumentId,
    /// The version it was made on.
    #[n(2)]
    pub version: u32,
    /// The document in whose sum it counts: the one it was made on or that document's successor.
    #[n(3)]
    pub counted_in: DocumentId,
    /// Authors its records.
    #[n(4)]
    pub key: PublicKey,
    /// The bank that relays them.
    #[n(5)]
    pub sponsor: MemberId,
    /// The exact fingerprint first.
    #[n(6)]
    pub fingerprints: Vec<Fingerprint>,
    /// Its amount.
    #[n(7)]
    pub amount: Commitment,
    /// Share of the total that may be advanced, in basis points.
    #[n(8)]
    pub advance_rate: u16,
    /// When it was reserved.
    #[n(9)]
    pub at: Timestamp,
    /// When it lapses unless financed.
    #[n(10)]
    pub expires: Timestamp,
    /// The bank's word on near matches.
    #[n(11)]
    pub acknowledgement: Option<NearMatchAction>,
    /// Where it stood after its last record; see [`Claim::state_at`].
    #[n(12)]
    pub state: ClaimState,
    /// The documents behind the claimed one, in ascending order of their fingerprints.
    #[cbor(n(13), skip_if = "Vec::is_empty")]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<SourceHold>,
    /// Owners' appeals against matches with it, oldest first.
    #[cbor(n(14), skip_if = "Vec::is_empty")]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub appeals: Vec<Appeal>,
    /// The regulator's alerts, oldest first.
    #[cbor(n(15), skip_if = "Vec::is_empty")]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alerts: Vec<RecordId>,
    /// Whether a document that it counts in is diluted; as shown, not stored.
    #[cbor(skip)]
    #[serde(default)]
    pub diluted: bool,
}

impl Claim {
    /// Where it stands at `now`.
    pub fn state_at(&self, now: Timestamp) -> ClaimState {
        match self.state {
            ClaimState::Reserved if now >= self.expires => ClaimState::Lapsed,
            state => state,
        }
    }

    /// Every fingerprint that it holds, sources last.
    pub fn held_fingerprints(&self) -> impl Iterator<Item = Fingerprint> {
        let source = |hold: &SourceHold| Fingerprint { kind: FingerprintKind::Source, value: hold.fingerprint };
        self.fingerprints.iter().copied().chain(self.sources.iter().map(source))
    }

    /// The documents whose totals it counts against: the claimed one first.
    pub fn counts_in(&self) -> impl Iterator<Item = DocumentId> {
        [self.counted_in].into_iter().chain(self.sources.iter().map(|hold| hold.counted_in))
    }

    /// Whether it counts at `now`.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.state_at(now).is_live()
    }
}

/// Claims that hold one fingerprint; no member is named.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FingerprintHolders {
    /// The kind.
    pub kind: FingerprintKind,
    /// The value.
    pub value: Hash,
    /// The documents with live claims or with receivables under it; one at most for exact and source fingerprints. Of a
    /// source, the order, transport or customs document.
    pub documents: Vec<DocumentId>,
}

/// A grant.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Grant {
    /// The record that gave it.
    #[n(0)]
    pub id: RecordId,
    /// The document.
    #[n(1)]
    pub document: DocumentId,
    /// The version.
    #[n(2)]
    pub version: u32,
    /// The reader's pseudonym.
    #[n(3)]
    pub grantee: Hash,
    /// What for.
    #[n(4)]
    pub purpose: String,
    /// When it ends by itself.
    #[n(5)]
    pub expires: Option<Timestamp>,
    /// When it was given.
    #[n(6)]
    pub at: Timestamp,
    /// When it was withdrawn.
    #[n(7)]
    pub withdrawn: Option<Timestamp>,
}

/// A case of the regulator.
#[derive(Debug, Clone, PartialEq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Case {
    /// The record that opened it.
    #[n(0)]
    pub id: CaseId,
    /// What it allows.
    #[n(1)]
    pub terms: CaseTerms,
    /// When it was opened.
    #[n(2)]
    pub at: Timestamp,
    /// When it was closed.
    #[n(3)]
    pub closed: Option<Timestamp>,
}

impl Case {
    /// Whether accesses may be made under it at `now`.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.closed.is_none() && now < self.terms.expires
    }

    /// Whether it covers the document.
    pub fn covers(&self, document: &DocumentId) -> bool {
        self.terms.documents.is_empty() || self.terms.documents.contains(document)
    }
}

/// An announced reading of a document.
#[derive(Debug, Clone, PartialEq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Access {
    /// The record that announced it.
    #[n(0)]
    pub id: RecordId,
    /// What was approved.
    #[n(1)]
    pub terms: AccessTerms,
    /// The officers that approved.
    #[n(2)]
    pub officers: Vec<PublicKey>,
    /// When.
    #[n(3)]
    pub at: Timestamp,
}

/// Members that withdrew an attestation with this id; only its attester's withdrawal counts.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Withdrawals {
    /// The attestation.
    #[n(0)]
    pub attestation: AttestationId,
    /// Who, by which record, when.
    #[n(1)]
    pub by: Vec<Withdrawal>,
}

/// One member's withdrawal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Withdrawal {
    /// The member.
    #[n(0)]
    pub member: MemberId,
    /// The record.
    #[n(1)]
    pub record: RecordId,
    /// When.
    #[n(2)]
    pub at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_move_by_the_table_only() {
        use {ClaimEvent as E, ClaimState as S};
        let table = [
            (S::Reserved, [Some(S::Financed), None, Some(S::Released)]),
            (S::Financed, [None, Some(S::Settled), Some(S::Released)]),
            (S::Settled, [None; 3]),
            (S::Released, [None; 3]),
            (S::Lapsed, [None; 3]),
        ];
        for (state, after) in table {
            assert_eq!([E::Finance, E::Settle, E::Release].map(|event| state.after(event)), after, "{state:?}");
        }
    }
}
