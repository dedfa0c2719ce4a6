//! A log run again from genesis by somebody who trusts nobody: every link, certificate, signature and proof is
//! checked, every record judged anew, every root recomputed.
//!
//! It shares the rules with a node and nothing else: state is in memory, records come one after the other. What the
//! rules promise is checked apart from them, see [`invariants`].

pub(crate) mod invariants;

use std::collections::{BTreeMap, HashMap};

use kontor_ledger::{
    block::{BlockDigest, BlockHeader},
    certificate::CertificateError,
    encoding::{EncodingError, from_cbor},
    epoch::validators_hash,
    genesis::{Genesis, GenesisError},
    merkle::{self, Frontier},
    record::{Record, RecordId},
    time::Timestamp,
};
use kontor_sealing::{Hash, PublicKey};

use crate::{
    node::follower::FinalBlock,
    rules::{self, BlockContext, Network, epochs::close, proofs::CheckAll},
    state::{MemoryState, StateError, commit},
};

/// Why a log is not what it should be. Heights count blocks from 1, positions records from 0.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The genesis could not start a network.
    #[error(transparent)]
    Genesis(#[from] GenesisError),
    /// A block is not the one that comes next.
    #[error("block {0} does not follow the one before it")]
    Link(u64),
    /// A certificate is another block's.
    #[error("block {0} has the certificate of another block")]
    Payload(u64),
    /// A certificate does not hold.
    #[error("block {0} has a certificate that does not hold: {1}")]
    Certificate(u64, #[source] CertificateError),
    /// A record does not decode.
    #[error("the record at {0} cannot be read: {1}")]
    Record(u64, #[source] EncodingError),
    /// An author did not sign.
    #[error("the record at {0} is not signed by its author")]
    Author(u64),
    /// A record stands in the log twice.
    #[error("the record at {0} stands at {1} already")]
    Twice(u64, u64),
    /// The rules give another log.
    #[error("block {0} has another outcome than the rules give")]
    Diverged(u64),
    /// No certificate covers the end of the log.
    #[error("the blocks after {0} are not certified")]
    Uncertified(u64),
    /// An invariant of the rules does not hold.
    #[error("after block {height}: {what}")]
    Invariant {
        /// The last block.
        height: u64,
        /// What does not hold.
        what: String,
    },
    /// The replay's own state is damaged, which is a mistake of this program.
    #[error(transparent)]
    State(#[from] StateError),
}

/// What a replay found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Replayed {
    /// The network.
    pub network: Hash,
    /// Blocks.
    pub height: u64,
    /// Records.
    pub size: u64,
    /// Root of the log.
    pub root: Hash,
    /// Records that took effect.
    pub accepted: u64,
    /// Records that were refused, by code.
    pub refused: BTreeMap<&'static str, u64>,
    /// Time of the last block.
    pub timestamp: Timestamp,
}

/// A log on its way through the rules.
pub struct Replay {
    network: Network,
    validators: Vec<PublicKey>,
    state: MemoryState,
    positions: HashMap<RecordId, u64>,
    frontier: Frontier,
    parent: BlockHeader,
    digest: BlockDigest,
    certified: u64,
    accepted: u64,
    refused: BTreeMap<&'static str, u64>,
}

impl Replay {
    /// Begins at a genesis.
    ///
    /// # Errors
    /// [`ReplayError::Genesis`].
    pub fn new(genesis: Genesis) -> Result<Self, ReplayError> {
        genesis.check()?;
        let parent = BlockHeader::first(&genesis);
        Ok(Self {
            validators: genesis.validators(),
            network: Network::new(genesis)?,
            state: MemoryState::default(),
            positions: HashMap::new(),
            frontier: Frontier::default(),
            parent,
            digest: parent.digest(),
            certified: 0,
            accepted: 0,
            refused: BTreeMap::new(),
        })
    }

    /// Runs one block.
    ///
    /// # Errors
    /// Any [`ReplayError`]; the log is worth nothing from there on.
    pub fn block(&mut self, block: &FinalBlock) -> Result<(), ReplayError> {
        let FinalBlock { header, certificate, records } = block;
        let height = self.parent.height.saturating_add(1);
        let follows = header.network == self.network.id
            && header.height == height
            && header.parent == self.digest
            && header.timestamp >= self.parent.timestamp;
        if !follows {
            return Err(ReplayError::Link(height));
        }
        let digest = header.digest();
        if let Some(certificate) = certificate {
            if certificate.payload != digest {
                return Err(ReplayError::Payload(height));
            }
            let verdict = certificate.verify(&self.network.id, &self.validators);
            verdict.map_err(|error| ReplayError::Certificate(height, error))?;
            self.certified = height;
        }
        for bytes in records {
            self.record(bytes, height, header.timestamp)?;
        }
        let closed = close(&mut self.state, &self.network, height)?;
        let same = self.frontier.size() == header.log_size
            && self.frontier.root() == header.log_root
            && closed.epoch == header.epoch
            && validators_hash(&closed.validators) == header.validators;
        if !same {
            return Err(ReplayError::Diverged(height));
        }
        if closed.ends && self.certified != height {
            return Err(ReplayError::Uncertified(self.certified));
        }
        self.validators = closed.validators;
        (self.parent, self.digest) = (*header, digest);
        Ok(())
    }

    fn record(&mut self, bytes: &[u8], height: u64, timestamp: Timestamp) -> Result<(), ReplayError> {
        let position = self.frontier.size();
        let record: Record = from_cbor(bytes).map_err(|error| ReplayError::Record(position, error))?;
        let id = record.id();
        record.verify_author(&id).map_err(|_| ReplayError::Author(position))?;
        if let Some(first) = self.positions.insert(id, position) {
            return Err(ReplayError::Twice(position, first));
        }
        let context = BlockContext { network: &self.network, height, timestamp, verdicts: &CheckAll };
        let (outcome, changes) = rules::judge(&self.state, &context, &id, &record)?;
        invariants::moves(&self.state, &changes, timestamp)?
            .map_or(Ok(()), |what| Err(ReplayError::Invariant { height, what }))?;
        commit(&mut self.state, changes);
        match outcome {
            kontor_ledger::outcome::Outcome::Accepted => self.accepted += 1,
            kontor_ledger::outcome::Outcome::Refused(code) => *self.refused.entry(code.as_str()).or_default() += 1,
        }
        self.frontier.append(merkle::record_leaf(&id, outcome, timestamp));
        Ok(())
    }

    /// Ends the replay: the last block must be certified, and the rules' invariants hold over what came of it all.
    ///
    /// # Errors
    /// [`ReplayError::Uncertified`] and [`ReplayError::Invariant`].
    pub fn finish(self) -> Result<Replayed, ReplayError> {
        let height = self.parent.height;
        if self.certified != height {
            return Err(ReplayError::Uncertified(self.certified));
        }
        invariants::hold(&self.state, self.parent.timestamp)?
            .map_or(Ok(()), |what| Err(ReplayError::Invariant { height, what }))?;
        Ok(Replayed {
            network: self.network.id,
            height,
            size: self.frontier.size(),
            root: self.frontier.root(),
            accepted: self.accepted,
            refused: self.refused,
            timestamp: self.parent.timestamp,
        })
    }
}
