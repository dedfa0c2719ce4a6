//! Genesis: who and what a network starts from. Its hash is the network's id and all that a verifier pins.

use std::collections::BTreeSet;

use kontor_proofs::fingerprint::{FingerprintError, FingerprintPublic};
use kontor_sealing::{Hash, PublicKey, SealingError, Suite, escrow::EscrowPublic};
use minicbor::{CborLen, Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::{
    encoding::to_cbor,
    member::{Member, MemberId, MemberRole},
    time::Timestamp,
};

/// Why a genesis cannot start a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GenesisError {
    /// Two members share a code or a key.
    #[error("member {0} shares its code or a key with another")]
    Ambiguous(MemberId),
    /// A member's or an officer's key is no point of the curve, or of small order.
    #[error("{0} is no key that signatures can be checked under")]
    Key(PublicKey),
    /// The authority's key is a member's.
    #[error("the authority's key {0} is a member's or a validator's too")]
    Authority(PublicKey),
    /// Nobody orders records.
    #[error("no member is a validator")]
    NoValidators,
    /// The officers' threshold is zero or above their number, or an officer is listed twice.
    #[error("the officers' threshold must lie between 1 and their number, each listed once")]
    Officers,
    /// The supervision key's shares do not make up its halves.
    #[error("the shares of the supervision key do not belong together")]
    Escrow(#[source] SealingError),
    /// The evaluators' shares do not make up the fingerprint key.
    #[error("the shares of the fingerprint key do not belong together")]
    Fingerprint(#[source] FingerprintError),
    /// A parameter lies outside its bounds.
    #[error("{0} lies outside its bounds")]
    Parameter(&'static str),
    /// No suite is allowed.
    #[error("no suite is allowed")]
    NoSuites,
}

/// A network's first state.
#[derive(Debug, Clone, PartialEq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Genesis {
    /// The network's name, for people.
    #[n(0)]
    pub name: String,
    /// When it was made; no block is earlier.
    #[n(1)]
    pub created: Timestamp,
    /// Suites that keys may belong to.
    #[n(2)]
    pub suites: Vec<Suite>,
    /// The members.
    #[n(3)]
    pub members: Vec<Member>,
    /// The regulator's officers.
    #[n(4)]
    pub officers: Officers,
    /// The evaluators' fingerprint key and shares.
    #[n(5)]
    pub fingerprint: FingerprintPublic,
    /// The two halves of the supervision key: the officers' and the evaluators'.
    #[n(6)]
    pub escrow: EscrowPublic,
    /// Numbers that the rules use.
    #[n(7)]
    pub parameters: Parameters,
    /// The version of the rules that the network starts with.
    #[n(8)]
    pub rules: u16,
    /// Authors the records of the certificate authority; none in a network whose certificates are not recorded.
    #[n(9)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<PublicKey>,
}

/// Officers and how many must agree.
#[derive(Debug, Clone, PartialEq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Officers {
    /// Signatures that open a case or an access.
    #[n(0)]
    pub threshold: u16,
    /// The officers' keys.
    #[n(1)]
    pub keys: Vec<PublicKey>,
}

/// Numbers that the rules use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Parameters {
    /// Highest share of a total that may be advanced, in basis points.
    #[n(0)]
    pub max_advance_rate: u16,
    /// Longest reservation of a claim, in milliseconds.
    #[n(1)]
    pub max_reservation: u64,
    /// Live claims on one document at most; bounds what a proof costs to check.
    #[n(2)]
    pub max_live_claims: u16,
    /// How far a block's time may be ahead of a validator's clock, in milliseconds.
    #[n(3)]
    pub max_clock_drift: u64,
    /// Share of the active banks that must approve a change, in basis points.
    #[n(4)]
    pub approval_share: u16,
    /// Blocks from the decision on validators to the end of their epoch: more than are under way at one time, so that
    /// the decision is final before the epoch ends.
    #[n(5)]
    pub epoch_notice: u16,
}

impl Default for Parameters {
    fn default() -> Self {
        const DAY: u64 = 24 * 60 * 60 * 1000;
        Self {
            max_advance_rate: 9_000,
            max_reservation: 14 * DAY,
            max_live_claims: 64,
            max_clock_drift: 2_000,
            approval_share: 6_667,
            epoch_notice: 64,
        }
    }
}

impl Genesis {
    /// The network's id: SM3 over `kontor/v1/genesis` and the canonical encoding.
    pub fn hash(&self) -> Hash {
        Hash::sm3(&[b"kontor/v1/genesis", &to_cbor(self)])
    }

    /// The member with this code.
    pub fn member(&self, id: &MemberId) -> Option<&Member> {
        self.members.iter().find(|member| member.id == *id)
    }

    /// The member with this identity key.
    pub fn member_by_key(&self, key: &PublicKey) -> Option<&Member> {
        self.members.iter().find(|member| member.identity == *key)
    }

    /// The member that runs the evaluator of this index.
    pub fn evaluator(&self, index: u16) -> Option<&Member> {
        self.members.iter().find(|member| member.evaluator == Some(index))
    }

    /// Members that are banks.
    pub fn banks(&self) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(|member| member.role == MemberRole::Bank)
    }

    /// The validators' keys in ascending order, in which certificates count signers.
    pub fn validators(&self) -> Vec<PublicKey> {
        let keys: BTreeSet<PublicKey> = self.members.iter().filter_map(|member| member.validator).collect();
        keys.into_iter().collect()
    }

    /// Checks what the types cannot.
    ///
    /// # Errors
    /// Any [`GenesisError`].
    pub fn check(&self) -> Result<(), GenesisError> {
        if self.suites.is_empty() {
            return Err(GenesisError::NoSuites);
        }
        let signers = self.members.iter().flat_map(|member| [Some(member.identity), member.validator]).flatten();
        for key in signers.chain(self.officers.keys.iter().copied()).chain(self.authority) {
            key.check().map_err(|_| GenesisError::Key(key))?;
        }
        let (mut ids, mut keys, mut evaluators) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for member in &self.members {
            let fresh = ids.insert(member.id)
                && keys.insert(member.identity)
                && member.validator.is_none_or(|key| keys.insert(key))
                && member.evaluator.is_none_or(|index| index > 0 && evaluators.insert(index));
            if !fresh {
                return Err(GenesisError::Ambiguous(member.id));
            }
        }
        // A member's key must not speak for the authority.
        if let Some(key) = self.authority.filter(|key| keys.contains(key)) {
            return Err(GenesisError::Authority(key));
        }
        if self.validators().is_empty() {
            return Err(GenesisError::NoValidators);
        }
        let officers: BTreeSet<&PublicKey> = self.officers.keys.iter().collect();
        let threshold = usize::from(self.officers.threshold);
        if threshold == 0 || threshold > officers.len() || officers.len() != self.officers.keys.len() {
            return Err(GenesisError::Officers);
        }
        self.escrow.check().map_err(GenesisError::Escrow)?;
        self.fingerprint.check().map_err(GenesisError::Fingerprint)?;
        self.parameters.check()
    }
}

impl Parameters {
    /// Checks the numbers' bounds.
    ///
    /// # Errors
    /// [`GenesisError::Parameter`].
    pub fn check(&self) -> Result<(), GenesisError> {
        if !(1..=10_000).contains(&self.max_advance_rate) {
            return Err(GenesisError::Parameter("maxAdvanceRate"));
        }
        if self.max_reservation == 0 {
            return Err(GenesisError::Parameter("maxReservation"));
        }
        if !(1..=1_000).contains(&self.max_live_claims) {
            return Err(GenesisError::Parameter("maxLiveClaims"));
        }
        if !(5_001..=10_000).contains(&self.approval_share) {
            return Err(GenesisError::Parameter("approvalShare"));
        }
        if !(16..=4_096).contains(&self.epoch_notice) {
            return Err(GenesisError::Parameter("epochNotice"));
        }
        Ok(())
    }
}
