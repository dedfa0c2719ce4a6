//! Governance: what members decide together by vote, and what a new member asks for.
//!
//! Active banks vote, one vote each. A change takes effect with the vote that brings the approvals to the network's
//! share ([`crate::genesis::Parameters::approval_share`]) of the active banks; a change of validators takes effect
//! some blocks later, with the next epoch.

use kontor_sealing::{Hash, PublicKey, Signature, SignatureError, SigningKey};
use minicbor::{CborLen, Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::{
    encoding::to_cbor,
    genesis::Parameters,
    member::{Member, MemberId},
    receivable::ReceivableId,
    record::{ClaimId, RecordId},
    time::Timestamp,
};

/// A proposal is known by the id of the record that made it.
pub type ProposalId = RecordId;

const POSSESSION_LABEL: &str = "key-possession";

/// Where a member's node is reached.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Endpoints {
    /// Base address of the public listener, such as `http://node.example:7400`.
    #[n(0)]
    pub http: String,
    /// Base address of the listener for members, such as `https://node.example:7401`.
    #[n(1)]
    pub mutual_tls: String,
    /// Where other validators connect: IP address and port.
    #[n(2)]
    pub ordering: String,
}

impl Endpoints {
    /// Characters of an address at most.
    const MAX: usize = 255;

    /// Whether each address has its form.
    pub fn are_formed(&self) -> bool {
        let address = |text: &str, scheme: &str| {
            let host = text.strip_prefix(scheme);
            text.len() <= Self::MAX && host.is_some_and(|host| !host.is_empty() && host.bytes().all(is_of_address))
        };
        address(&self.http, "http")
            && address(&self.mutual_tls, "https://")
            && self.ordering.parse::<std::net::SocketAddr>().is_ok()
    }
}

const fn is_of_address(byte: u8) -> bool {
    byte.is_ascii_graphic() && byte != b'"' && byte != b'<' && byte != b'>'
}

/// A key that somebody shows to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HeldKey {
    /// The key.
    #[n(0)]
    pub key: PublicKey,
    /// By the key itself, over network and member.
    #[n(1)]
    pub possession: Signature,
}

impl HeldKey {
    /// Shows that `member` of `network` holds `key`.
    pub fn new(key: &SigningKey, network: &Hash, member: &MemberId) -> Self {
        let possession = key.sign(POSSESSION_LABEL, &possession_message(network, member));
        Self { key: key.public(), possession }
    }

    /// Checks it.
    ///
    /// # Errors
    /// As [`PublicKey::verify`].
    pub fn verify(&self, network: &Hash, member: &MemberId) -> Result<(), SignatureError> {
        self.key.verify(POSSESSION_LABEL, &possession_message(network, member), &self.possession)
    }
}

fn possession_message(network: &Hash, member: &MemberId) -> Vec<u8> {
    to_cbor(&(network, member))
}

/// A bank that wants to be a member; made on its own machine and given to a member who proposes it.
#[derive(Debug, Clone, PartialEq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct JoinRequest {
    /// The member that it would be. Its evaluator index is none: evaluators are dealt anew by another ceremony.
    #[n(0)]
    pub member: Member,
    /// Where its node is reached.
    #[n(1)]
    pub endpoints: Endpoints,
    /// By the member's identity key.
    #[n(2)]
    pub identity_possession: Signature,
    /// By its validator key, if it has one.
    #[n(3)]
    pub validator_possession: Option<Signature>,
}

impl JoinRequest {
    /// Checks that the request's keys are held by who made it.
    ///
    /// # Errors
    /// As [`PublicKey::verify`].
    pub fn verify(&self, network: &Hash) -> Result<(), SignatureError> {
        let id = &self.member.id;
        HeldKey { key: self.member.identity, possession: self.identity_possession }.verify(network, id)?;
        match (self.member.validator, self.validator_possession) {
            (Some(key), Some(possession)) => HeldKey { key, possession }.verify(network, id),
            (None, None) => Ok(()),
            (Some(_), None) | (None, Some(_)) => Err(SignatureError::Key),
        }
    }
}

/// What can be decided by vote.
#[derive(Debug, Clone, PartialEq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "kebab-case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Change {
    /// A new member.
    #[n(0)]
    MemberAdmit {
        /// Who, with its keys and addresses.
        #[n(0)]
        request: Box<JoinRequest>,
    },
    /// A member's records are refused until it is reinstated; if it orders, it stops with the next epoch.
    #[n(1)]
    MemberSuspend {
        /// Whose.
        #[n(0)]
        member: MemberId,
    },
    /// A suspended member is active again; it does not order until it is seated again.
    #[n(2)]
    MemberReinstate {
        /// Which.
        #[n(0)]
        member: MemberId,
    },
    /// A member leaves for good.
    #[n(3)]
    MemberRetire {
        /// Which.
        #[n(0)]
        member: MemberId,
    },
    /// Members begin or cease to order records, with the next epoch.
    #[n(4)]
    ValidatorChange {
        /// Active members with a validator key that do not order yet.
        #[n(0)]
        add: Vec<MemberId>,
        /// Members that order now.
        #[n(1)]
        remove: Vec<MemberId>,
    },
    /// New numbers for the rules, from the next record on.
    #[n(5)]
    Parameters {
        /// All of them.
        #[n(0)]
        parameters: Parameters,
    },
    /// A later version of the rules, from a block on.
    #[n(6)]
    Rules {
        /// The version.
        #[n(0)]
        version: u16,
        /// The first block that is judged by it; some blocks ahead, so that every node can be upgraded by then.
        #[n(1)]
        height: u64,
    },
    /// A live claim of a member that is suspended or has left goes to another bank.
    #[n(7)]
    ClaimReassign {
        /// The claim.
        #[n(0)]
        claim: ClaimId,
        /// That authors its records from now on; shown to be held by that bank, and never used for a claim before.
        #[n(1)]
        key: HeldKey,
        /// The bank.
        #[n(2)]
        to: MemberId,
    },
    /// A live claim of a member that is suspended or has left is given up.
    #[n(8)]
    ClaimRelease {
        /// The claim.
        #[n(0)]
        claim: ClaimId,
    },
    /// A receivable that a member has in pledge that is suspended or has left goes to another bank.
    #[n(9)]
    PledgeReassign {
        /// The receivable.
        #[n(0)]
        receivable: ReceivableId,
        /// As of a claim.
        #[n(1)]
        key: HeldKey,
        /// The bank.
        #[n(2)]
        to: MemberId,
    },
}

/// A member's new keys and addresses; what is absent stays.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rotation {
    /// The key that signs for it from the next record on.
    #[n(0)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<HeldKey>,
    /// The key that grants and messages are sealed to.
    #[n(1)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encryption: Option<kontor_sealing::keys::EncryptionPublicKey>,
    /// Its node's key; if the node orders, it does so with this one from the next epoch on.
    #[n(2)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validator: Option<HeldKey>,
    /// Where its node is reached.
    #[n(3)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoints: Option<Endpoints>,
}

/// Whether a member takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It does.
    #[n(0)]
    Active,
    /// Not for now.
    #[n(1)]
    Suspended,
    /// Not any more.
    #[n(2)]
    Retired,
}

/// A member as the ledger has it.
#[derive(Debug, Clone, PartialEq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MemberState {
    /// Its code, name, role and current keys.
    #[n(0)]
    pub member: Member,
    /// Where its node is reached, if it told the ledger.
    #[n(1)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoints: Option<Endpoints>,
    /// Whether it takes part.
    #[n(2)]
    pub standing: Standing,
    /// Since when it has this standing.
    #[n(3)]
    pub since: Timestamp,
}

impl MemberState {
    /// A member of genesis.
    pub fn original(member: &Member, created: Timestamp) -> Self {
        Self { member: member.clone(), endpoints: None, standing: Standing::Active, since: created }
    }

    /// Whether it takes part.
    pub fn is_active(&self) -> bool {
        self.standing == Standing::Active
    }
}

/// A change that was proposed, and what was said on it.
#[derive(Debug, Clone, PartialEq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Proposal {
    /// The record that proposed it.
    #[n(0)]
    pub id: ProposalId,
    /// What would change.
    #[n(1)]
    pub change: Change,
    /// Who proposed it.
    #[n(2)]
    pub by: MemberId,
    /// When.
    #[n(3)]
    pub at: Timestamp,
    /// When it lapses unless it took effect.
    #[n(4)]
    pub expires: Timestamp,
    /// Who approves, the proposer first if it votes.
    #[n(5)]
    pub approvals: Vec<MemberId>,
    /// Who rejects.
    #[n(6)]
    pub rejections: Vec<MemberId>,
    /// When it took effect.
    #[n(7)]
    pub decided: Option<Timestamp>,
}

/// The validators of now, and what follows them.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Epoch {
    /// Counts from 0, genesis.
    #[n(0)]
    pub number: u64,
    /// The block before its first.
    #[n(1)]
    pub base: u64,
    /// Keys of the validators, in ascending order.
    #[n(2)]
    pub validators: Vec<PublicKey>,
    /// The change that is under way.
    #[n(3)]
    pub next: Option<NextEpoch>,
}

/// A change of validators under way.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NextEpoch {
    /// The last block of the epoch before.
    #[n(0)]
    pub after: u64,
    /// Keys of the validators, in ascending order.
    #[n(1)]
    pub validators: Vec<PublicKey>,
}

/// Numbers and version of the rules of now.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Settings {
    /// The rules' numbers.
    #[n(0)]
    pub parameters: Parameters,
    /// The rules' version.
    #[n(1)]
    pub rules: u16,
    /// The version that follows.
    #[n(2)]
    pub next: Option<NextRules>,
}

/// A version of the rules that was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NextRules {
    /// The version.
    #[n(0)]
    pub version: u16,
    /// The first block that is judged by it.
    #[n(1)]
    pub height: u64,
}
