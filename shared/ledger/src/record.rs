//! Records: what members submit, every node judges, and the log keeps for good.
//!
//! The canonical form is deterministic CBOR (RFC 8949, 4.2.1); the JSON form is for the API. A record's id is
//! SM3 over the canonical form of [`Unsigned`], so that signing again or relaying through another sponsor is
//! the same record.

use kontor_proofs::Proof;
use kontor_sealing::{
    Commitment, Hash, PublicKey, Signature, SignatureError, SigningKey,
    document::{DocumentHeader, DocumentId},
    grant::SealedGrant,
};
use minicbor::{CborLen, Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::{
    alert::{AlertTerms, AppealTerms},
    attestation::AttestationId,
    governance::{Change, ProposalId, Rotation},
    member::MemberId,
    network_certificate::{CertificateSerial, CertificateTerms, RevocationReason},
    receivable::{Child, Issue, ReceivableId},
    source::SourceClaim,
    time::Timestamp,
};

/// SM3 over the canonical encoding of a record without its signatures.
pub type RecordId = Hash;

/// A claim is known by the id of the record that reserved it.
pub type ClaimId = RecordId;

/// A case is known by the id of the record that opened it.
pub type CaseId = RecordId;

/// Makes two records of one author differ; the pair (author, nonce) is used once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, CborLen, Serialize, Deserialize)]
#[cbor(transparent)]
#[serde(transparent)]
pub struct Nonce(#[n(0)] pub u64);

/// What the author signs, together with the sponsor's name.
#[derive(Debug, Clone, PartialEq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Unsigned {
    /// The genesis hash of the network the record is for.
    #[n(0)]
    pub network: Hash,
    /// What it says; the variant is the record's family and kind.
    #[n(1)]
    pub body: Body,
    /// Unique for the author.
    #[n(2)]
    pub nonce: Nonce,
    /// A role key of the document, a member's key or an officer's, as the kind demands.
    #[n(3)]
    pub author: PublicKey,
}

impl Unsigned {
    /// SM3 over `kontor/v1/record` and the canonical encoding.
    pub fn id(&self) -> RecordId {
        Hash::sm3(&[b"kontor/v1/record", &crate::encoding::to_cbor(self)])
    }

    /// Signs for relay by `sponsor`.
    pub fn sign(self, key: &SigningKey, sponsor: MemberId) -> Record {
        let signature = key.sign(AUTHOR_LABEL, &author_message(&self.id(), &sponsor));
        Record { unsigned: self, sponsor, signature }
    }
}

/// What authors sign under.
pub const AUTHOR_LABEL: &str = "record-author";

/// What the author of record `id` signs under [`AUTHOR_LABEL`] to have it relayed by `sponsor`.
pub fn author_message(id: &RecordId, sponsor: &MemberId) -> Vec<u8> {
    [id.as_bytes().as_slice(), sponsor.as_str().as_bytes()].concat()
}

/// A record as its author gives it to the sponsor.
#[derive(Debug, Clone, PartialEq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", from = "FlatRecord")]
pub struct Record {
    /// The signed content.
    #[n(0)]
    #[serde(flatten)]
    pub unsigned: Unsigned,
    /// The member that relays it.
    #[n(1)]
    pub sponsor: MemberId,
    /// The author's, over the id and the sponsor.
    #[n(2)]
    pub signature: Signature,
}

/// The JSON form of a record, read strictly: serde cannot refuse unknown fields beside a flattened struct.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct FlatRecord {
    network: Hash,
    body: Body,
    nonce: Nonce,
    author: PublicKey,
    sponsor: MemberId,
    signature: Signature,
}

impl From<FlatRecord> for Record {
    fn from(flat: FlatRecord) -> Self {
        let FlatRecord { network, body, nonce, author, sponsor, signature } = flat;
        Self { unsigned: Unsigned { network, body, nonce, author }, sponsor, signature }
    }
}

impl Record {
    /// The record's id.
    pub fn id(&self) -> RecordId {
        self.unsigned.id()
    }

    /// Checks the author's signature over `id`, which the caller computed once.
    ///
    /// # Errors
    /// As [`PublicKey::verify`].
    pub fn verify_author(&self, id: &RecordId) -> Result<(), SignatureError> {
        self.unsigned.author.verify(AUTHOR_LABEL, &author_message(id, &self.sponsor), &self.signature)
    }
}

/// Family and kind with their content.
#[derive(Debug, Clone, PartialEq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Body {
    /// network: a member withdraws an attestation it gave. Author: the attesting member's identity key.
    #[n(0)]
    NetworkAttestationWithdraw {
        /// Digest of the attestation; names nobody.
        #[n(0)]
        attestation: AttestationId,
    },
    /// document: anchors version 1 of a sealed document. Author: the document key.
    #[n(1)]
    DocumentRegister {
        /// Header that the root covers.
        #[n(0)]
        header: DocumentHeader,
        /// Root over header and leaves.
        #[n(1)]
        root: Hash,
        /// SM3 of the sealed document that travels as an attachment.
        #[n(2)]
        attachment: Hash,
        /// The total that claims are measured against, range-proven; none for documents that cannot be financed.
        #[n(3)]
        total: Option<Total>,
    },
    /// document: a new version. Author: the document key.
    #[n(2)]
    DocumentAmend {
        /// Header of the new version, one above the last.
        #[n(0)]
        header: DocumentHeader,
        /// Root of the new version.
        #[n(1)]
        root: Hash,
        /// SM3 of the new version's sealed document.
        #[n(2)]
        attachment: Hash,
        /// The new total.
        #[n(3)]
        total: Option<Total>,
        /// Shows that the new cap still covers the live claims; without it they make the document diluted.
        #[n(4)]
        headroom: Option<Headroom>,
    },
    /// document: a party's word on a version. Author: the role key that the action belongs to.
    #[n(3)]
    DocumentEndorse {
        /// The document.
        #[n(0)]
        document: DocumentId,
        /// The version endorsed.
        #[n(1)]
        version: u32,
        /// Its root, so that the word cannot be moved.
        #[n(2)]
        root: Hash,
        /// The word.
        #[n(3)]
        action: Endorsement,
    },
    /// document: replaced by another document; its claims stay counted. Author: the document key.
    #[n(4)]
    DocumentSupersede {
        /// The document replaced.
        #[n(0)]
        document: DocumentId,
        /// The one that replaces it.
        #[n(1)]
        by: DocumentId,
    },
    /// grant: keys of chosen fields, sealed to one reader. Author: the document key.
    #[n(5)]
    GrantGive {
        /// The sealed keys with their header.
        #[n(0)]
        grant: SealedGrant,
    },
    /// grant: no new versions for that reader. Author: the document key.
    #[n(6)]
    GrantWithdraw {
        /// The document.
        #[n(0)]
        document: DocumentId,
        /// The record that gave the grant.
        #[n(1)]
        grant: RecordId,
    },
    /// claim: a bank reserves part of a document's total. Author: the claim key, new for each claim.
    #[n(7)]
    ClaimReserve {
        /// The terms.
        #[n(0)]
        claim: Box<Reservation>,
    },
    /// claim: money was paid on it. Author: the claim key.
    #[n(8)]
    ClaimFinance {
        /// The claim.
        #[n(0)]
        claim: ClaimId,
    },
    /// claim: repaid; leaves the sum. Author: the claim key.
    #[n(9)]
    ClaimSettle {
        /// The claim.
        #[n(0)]
        claim: ClaimId,
    },
    /// claim: given up before or after financing; leaves the sum. Author: the claim key.
    #[n(10)]
    ClaimRelease {
        /// The claim.
        #[n(0)]
        claim: ClaimId,
    },
    /// supervision: opens a case under a legal basis. Author: an officer.
    #[n(11)]
    SupervisionCaseOpen {
        /// What the case allows.
        #[n(0)]
        case: CaseTerms,
        /// Officers' signatures over the terms, at least the threshold.
        #[n(1)]
        approvals: Vec<Approval>,
    },
    /// supervision: announces that a document is about to be read. Author: an officer.
    #[n(12)]
    SupervisionAccess {
        /// Which document under which case.
        #[n(0)]
        access: AccessTerms,
        /// Officers' signatures over the terms, at least the threshold.
        #[n(1)]
        approvals: Vec<Approval>,
    },
    /// supervision: ends a case. Author: an officer.
    #[n(13)]
    SupervisionCaseClose {
        /// The case.
        #[n(0)]
        case: CaseId,
    },
    /// anchor: notarises any digest. Author: a member.
    #[n(14)]
    AnchorNotarise {
        /// The digest.
        #[n(0)]
        digest: Hash,
    },
    /// receivable: the buyer owes part of a document's total to its holder. Author: the document's buyer; sponsor: the
    /// bank that states the fingerprints.
    #[n(15)]
    ReceivableIssue {
        /// The terms.
        #[n(0)]
        issue: Box<Issue>,
    },
    /// receivable: taken by whom it was issued or handed to. Author: that key.
    #[n(16)]
    ReceivableAcknowledge {
        /// The receivable or part.
        #[n(0)]
        receivable: ReceivableId,
    },
    /// receivable: parts for next holders, which sum to it. Author: its holder.
    #[n(17)]
    ReceivableSplit {
        /// The receivable or part.
        #[n(0)]
        receivable: ReceivableId,
        /// The parts.
        #[n(1)]
        children: Vec<Child>,
        /// Shows [`crate::receivable::conservation`].
        #[n(2)]
        proof: Proof,
    },
    /// receivable: handed to a next holder; until that one takes it, it may be handed to another. Author: its holder,
    /// or the bank's key while it is pledged.
    #[n(18)]
    ReceivableTransfer {
        /// The receivable or part.
        #[n(0)]
        receivable: ReceivableId,
        /// The next holder's key, which never held another part.
        #[n(1)]
        to: PublicKey,
    },
    /// receivable: a bank paid money on it and has it in pledge. Author: the bank's key, new for each pledge; sponsor:
    /// the bank.
    #[n(19)]
    ReceivableFinance {
        /// The receivable or part.
        #[n(0)]
        receivable: ReceivableId,
        /// The holder's, by [`crate::receivable::consent`].
        #[n(1)]
        consent: Signature,
    },
    /// receivable: paid. Author: the issuer, naming the root, for all its parts; or a part's payee for that one.
    #[n(20)]
    ReceivableSettle {
        /// The receivable or part.
        #[n(0)]
        receivable: ReceivableId,
    },
    /// claim: an owner's word against a match. Author: the appealing document's key.
    #[n(21)]
    ClaimAppeal {
        /// Which match, and why it is wrong.
        #[n(0)]
        appeal: AppealTerms,
    },
    /// supervision: tells the consortium about documents and claims. Author: an officer.
    #[n(22)]
    SupervisionAlert {
        /// What it says.
        #[n(0)]
        alert: AlertTerms,
    },
    /// network: asks the members for a change; counts as the proposer's approval. Author: a member.
    #[n(30)]
    NetworkPropose {
        /// What would change.
        #[n(0)]
        change: Change,
        /// When the proposal lapses.
        #[n(1)]
        expires: Timestamp,
    },
    /// network: a word on a proposal. Author: an active bank.
    #[n(31)]
    NetworkVote {
        /// The proposal.
        #[n(0)]
        proposal: ProposalId,
        /// Or reject.
        #[n(1)]
        approve: bool,
    },
    /// network: a member changes its keys or addresses. Author: the member's identity key before the change.
    #[n(32)]
    NetworkKeyRotate {
        /// What it changes.
        #[n(0)]
        rotation: Rotation,
    },
    /// network: a member leaves; if it orders, it stops with the next epoch. Author: the member.
    #[n(33)]
    NetworkLeave,
    /// network: the authority issued a certificate. Author: the authority's key.
    #[n(25)]
    NetworkCertificateIssue {
        /// What it says.
        #[n(0)]
        certificate: CertificateTerms,
    },
    /// network: a certificate counts no longer. Author: the authority's key, or the certificate's member.
    #[n(26)]
    NetworkCertificateRevoke {
        /// Which.
        #[n(0)]
        serial: CertificateSerial,
        /// Why.
        #[n(1)]
        reason: RevocationReason,
        /// Since when.
        #[n(2)]
        at: Timestamp,
    },
}

/// A document's financeable total.
#[derive(Debug, Clone, PartialEq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Total {
    /// The commitment of the leaf that holds the total, in minor units.
    #[n(0)]
    pub commitment: Commitment,
    /// That it lies in [0, 2^64).
    #[n(1)]
    pub range: Proof,
}

/// That the live claims and one more stay within the cap.
#[derive(Debug, Clone, PartialEq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Headroom {
    /// The claims that were live when it was proven, in ascending order.
    #[n(0)]
    pub live: Vec<ClaimId>,
    /// The over-financing statement's proof.
    #[n(1)]
    pub proof: Proof,
}

/// What a party says about a document's version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "kebab-case")]
pub enum Endorsement {
    /// The seller issues it.
    #[n(0)]
    Issue,
    /// The buyer accepts an order.
    #[n(1)]
    Accept,
    /// The buyer confirms an invoice.
    #[n(2)]
    Confirm,
    /// The buyer disputes an invoice.
    #[n(3)]
    Dispute,
    /// The seller cancels.
    #[n(4)]
    Cancel,
}

/// What a fingerprint was computed over (cryptography: normalised identity).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, CborLen, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "kebab-case")]
pub enum FingerprintKind {
    /// Seller, invoice number, issue date, currency, total: the same invoice.
    #[n(0)]
    Exact,
    /// Seller, buyer, issue date, currency, total: the same trade under another number.
    #[n(1)]
    NearNumber,
    /// Seller, invoice number: the same number with another amount or date.
    #[n(2)]
    NearAmount,
    /// Seller, order or transport document number: the same goods.
    #[n(3)]
    Source,
}

impl FingerprintKind {
    /// Every kind, in the order of their numbers.
    pub const ALL: [Self; 4] = [Self::Exact, Self::NearNumber, Self::NearAmount, Self::Source];

    /// The kind as the API names it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::NearNumber => "near-number",
            Self::NearAmount => "near-amount",
            Self::Source => "source",
        }
    }
}

/// One fingerprint of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fingerprint {
    /// What it was computed over.
    #[n(0)]
    pub kind: FingerprintKind,
    /// The first 32 bytes of the threshold OPRF's output.
    #[n(1)]
    pub value: Hash,
}

/// A claim's terms.
#[derive(Debug, Clone, PartialEq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Reservation {
    /// The document claimed on.
    #[n(0)]
    pub document: DocumentId,
    /// The version the proofs speak of; the latest.
    #[n(1)]
    pub version: u32,
    /// Exactly one exact fingerprint, then the near ones, in ascending order of kind.
    #[n(2)]
    pub fingerprints: Vec<Fingerprint>,
    /// The claim's amount in minor units of the document's currency.
    #[n(3)]
    pub amount: Commitment,
    /// That the amount lies in [0, 2^64): a negative claim would make room.
    #[n(4)]
    pub range: Proof,
    /// Share of the total that may be advanced, in basis points; at most the network's parameter.
    #[n(5)]
    pub advance_rate: u16,
    /// That it fits.
    #[n(6)]
    pub headroom: Headroom,
    /// When the reservation lapses unless financed.
    #[n(7)]
    pub expires: Timestamp,
    /// The bank's word on near matches; needed where there are any.
    #[n(8)]
    pub acknowledgement: Option<NearMatchAction>,
    /// The documents behind the claimed one, in ascending order of their fingerprints.
    #[cbor(n(9), skip_if = "Vec::is_empty")]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<SourceClaim>,
}

/// What a bank does about a near match, by the rule pack's action codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "kebab-case")]
pub enum NearMatchAction {
    /// Looked into and found to be another invoice.
    #[n(0)]
    Proceed,
    /// The buyer was asked and confirmed both.
    #[n(1)]
    AskBuyer,
}

/// What a case allows.
#[derive(Debug, Clone, PartialEq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CaseTerms {
    /// The law or order that the case rests on, at most 500 characters.
    #[n(0)]
    pub legal_basis: String,
    /// The documents that may be read; empty for any.
    #[n(1)]
    pub documents: Vec<DocumentId>,
    /// When it lapses.
    #[n(2)]
    pub expires: Timestamp,
    /// Tells two cases with equal terms apart.
    #[n(3)]
    pub reference: String,
}

/// Which document is about to be read, and why.
#[derive(Debug, Clone, PartialEq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccessTerms {
    /// The case.
    #[n(0)]
    pub case: CaseId,
    /// The document.
    #[n(1)]
    pub document: DocumentId,
    /// The version.
    #[n(2)]
    pub version: u32,
    /// Why, at most 500 characters; the owner reads it.
    #[n(3)]
    pub reason: String,
}

/// An officer's signature over a case's or an access's terms.
#[derive(Debug, Clone, PartialEq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Approval {
    /// The officer's key, as listed in genesis.
    #[n(0)]
    pub officer: PublicKey,
    /// Over the canonical terms.
    #[n(1)]
    pub signature: Signature,
}

/// Terms that officers approve: the label keeps a case's approval from serving as an access's.
pub trait Approvable: Encode<()> {
    /// The signature's label.
    const LABEL: &'static str;

    /// Signs the terms for `network`.
    fn approve(&self, network: &Hash, officer: &SigningKey) -> Approval {
        Approval { officer: officer.public(), signature: officer.sign(Self::LABEL, &self.message(network)) }
    }

    /// Checks one approval.
    ///
    /// # Errors
    /// As [`PublicKey::verify`].
    fn check(&self, network: &Hash, approval: &Approval) -> Result<(), SignatureError> {
        approval.officer.verify(Self::LABEL, &self.message(network), &approval.signature)
    }

    /// What is signed.
    fn message(&self, network: &Hash) -> Vec<u8> {
        [network.as_bytes().as_slice(), &crate::encoding::to_cbor(self)].concat()
    }
}

impl Body {
    /// Family and kind as JSON and the API's filters name them, such as `claim-reserve`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::NetworkAttestationWithdraw { .. } => "network-attestation-withdraw",
            Self::DocumentRegister { .. } => "document-register",
            Self::DocumentAmend { .. } => "document-amend",
            Self::DocumentEndorse { .. } => "document-endorse",
            Self::DocumentSupersede { .. } => "document-supersede",
            Self::GrantGive { .. } => "grant-give",
            Self::GrantWithdraw { .. } => "grant-withdraw",
            Self::ClaimReserve { .. } => "claim-reserve",
            Self::ClaimFinance { .. } => "claim-finance",
            Self::ClaimSettle { .. } => "claim-settle",
            Self::ClaimRelease { .. } => "claim-release",
            Self::SupervisionCaseOpen { .. } => "supervision-case-open",
            Self::SupervisionAccess { .. } => "supervision-access",
            Self::SupervisionCaseClose { .. } => "supervision-case-close",
            Self::AnchorNotarise { .. } => "anchor-notarise",
            Self::ReceivableIssue { .. } => "receivable-issue",
            Self::ReceivableAcknowledge { .. } => "receivable-acknowledge",
            Self::ReceivableSplit { .. } => "receivable-split",
            Self::ReceivableTransfer { .. } => "receivable-transfer",
            Self::ReceivableFinance { .. } => "receivable-finance",
            Self::ReceivableSettle { .. } => "receivable-settle",
            Self::ClaimAppeal { .. } => "claim-appeal",
            Self::SupervisionAlert { .. } => "supervision-alert",
            Self::NetworkPropose { .. } => "network-propose",
            Self::NetworkVote { .. } => "network-vote",
            Self::NetworkKeyRotate { .. } => "network-key-rotate",
            Self::NetworkLeave => "network-leave",
            Self::NetworkCertificateIssue { .. } => "network-certificate-issue",
            Self::NetworkCertificateRevoke { .. } => "network-certificate-revoke",
        }
    }
}

impl Approvable for CaseTerms {
    const LABEL: &'static str = "case-open";
}

impl Approvable for AccessTerms {
    const LABEL: &'static str = "access";
}
