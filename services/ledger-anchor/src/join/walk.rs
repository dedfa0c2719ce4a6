//! The log up to a snapshot's block, page by page: every link, certificate, author and root is checked, no rule is run.

use std::{ops::Range, sync::Arc};

use bytes::Bytes;
use kontor_ledger::{
    block::{BlockDigest, BlockHeader},
    epoch::{EpochEnd, validators_hash},
    genesis::Genesis,
    merkle::Frontier,
};
use kontor_sealing::{Hash, PublicKey};

use crate::{
    admission::AdmittedRecord,
    execution::wanted,
    log,
    node::follower::{FinalBlock, FollowError, check_links, read},
    snapshot::Manifest,
    store::{Adopted, Entry},
};

/// Why a page is not the next part of the log.
#[derive(Debug, thiserror::Error)]
pub(super) enum WalkError {
    #[error("no certificate covers the blocks from {0} on")]
    Uncertified(u64),
    #[error(transparent)]
    Blocks(#[from] FollowError),
    #[error("block {0} is not of the epoch that it stands in")]
    Epoch(u64),
    #[error("the outcomes of block {0} do not lead to its root")]
    Root(u64),
    #[error("block {0} is another one than the snapshot's")]
    Other(u64),
}

/// How far the log is proven.
#[derive(Debug, Clone)]
pub(super) struct Walk {
    network: Hash,
    /// From genesis on.
    ends: Arc<[EpochEnd]>,
    to: Target,
    epoch: u64,
    validators: Vec<PublicKey>,
    height: u64,
    digest: BlockDigest,
    frontier: Frontier,
}

/// The snapshot's block.
#[derive(Debug, Clone, Copy)]
struct Target {
    height: u64,
    epoch: u64,
    digest: BlockDigest,
}

/// A part of the log that is proven.
pub(super) struct Page {
    /// Where it ends.
    pub(super) walk: Walk,
    /// Its blocks.
    pub(super) blocks: Vec<Adopted>,
    /// The epochs that end in it.
    pub(super) ends: Vec<EpochEnd>,
}

impl Walk {
    /// From genesis to the snapshot's block.
    pub(super) fn new(genesis: &Genesis, ends: Vec<EpochEnd>, manifest: &Manifest) -> Self {
        Self {
            network: genesis.hash(),
            ends: ends.into(),
            to: Target { height: manifest.height, epoch: manifest.epoch, digest: manifest.block },
            epoch: 0,
            validators: genesis.validators(),
            height: 0,
            digest: BlockHeader::first(genesis).digest(),
            frontier: Frontier::default(),
        }
    }

    /// Whether the snapshot's block is proven.
    pub(super) const fn has_arrived(&self) -> bool {
        self.height >= self.to.height
    }

    /// Whether the next block is of this epoch and has these validators.
    pub(super) fn ends_in(&self, epoch: u64, validators: &[PublicKey]) -> bool {
        self.epoch == epoch && self.validators == validators
    }

    /// The next block's height.
    pub(super) const fn next(&self) -> u64 {
        self.height.saturating_add(1)
    }

    /// Where the records of blocks up to the target are.
    pub(super) fn positions(&self, blocks: &[FinalBlock]) -> Option<Range<u64>> {
        let blocks = blocks.iter().filter(|block| block.header.height <= self.to.height);
        let count = u64::try_from(blocks.map(|block| block.records.len()).sum::<usize>()).ok()?;
        Some(self.frontier.size()..self.frontier.size().checked_add(count)?)
    }

    /// Proves the blocks that come next, with what the log says of their records; those beyond the last certificate,
    /// or beyond the target, are left out.
    pub(super) fn take(mut self, mut blocks: Vec<FinalBlock>, outcomes: Vec<log::Entry>) -> Result<Page, WalkError> {
        let next = self.next();
        let covers = |block: &FinalBlock| block.certificate.is_some() && block.header.height >= self.to.height;
        let last = blocks.iter().position(covers);
        let last = last.or_else(|| blocks.iter().rposition(|block| block.certificate.is_some()));
        blocks.truncate(last.ok_or(WalkError::Uncertified(next))?.saturating_add(1));
        let ends = self.link(&blocks)?;
        let mut outcomes = outcomes.into_iter();
        let mut adopted = Vec::with_capacity(blocks.len());
        let to = self.to.height;
        for block in blocks.into_iter().filter(|block| block.header.height <= to) {
            adopted.push(self.adopt(block, &mut outcomes)?);
        }
        Ok(Page { walk: self, blocks: adopted, ends })
    }

    /// Checks that blocks follow and that their validators certified the last; the epochs that end in them.
    fn link(&mut self, blocks: &[FinalBlock]) -> Result<Vec<EpochEnd>, WalkError> {
        let mut ends = Vec::new();
        for part in blocks.chunk_by(|one, next| one.header.epoch == next.header.epoch) {
            let Some(FinalBlock { header: last, .. }) = part.last() else { continue };
            if last.epoch != self.epoch {
                return Err(WalkError::Epoch(last.height));
            }
            self.digest = check_links(&self.network, &self.validators, (self.height, self.digest), part)?;
            self.height = last.height;
            if last.height <= self.to.height && last.validators != validators_hash(&self.validators) {
                let end = usize::try_from(self.epoch).ok().and_then(|epoch| self.ends.get(epoch));
                let end = end.filter(|end| end.block == *last).ok_or(WalkError::Epoch(last.height))?;
                self.validators.clone_from(&end.validators);
                self.epoch = self.epoch.saturating_add(1);
                ends.push(end.clone());
            }
        }
        Ok(ends)
    }

    /// Joins a block's records with their outcomes.
    fn adopt(
        &mut self,
        block: FinalBlock,
        outcomes: &mut impl Iterator<Item = log::Entry>,
    ) -> Result<Adopted, WalkError> {
        let FinalBlock { header, certificate, records } = block;
        let (height, timestamp) = (header.height, header.timestamp);
        let (mut entries, mut named) = (Vec::with_capacity(records.len()), Vec::new());
        for bytes in records {
            let AdmittedRecord { id, record, bytes } = read(&header, Bytes::from(Vec::from(bytes)))?;
            let said = outcomes.next().filter(|said| said.record == id).ok_or(WalkError::Root(height))?;
            let leaf = log::Entry { record: id, outcome: said.outcome, timestamp };
            let position = self.frontier.append(leaf.leaf());
            named.extend(wanted(&record, said.outcome));
            entries.push(Entry { position, id, outcome: said.outcome, timestamp, height, record: bytes });
        }
        if self.frontier.size() != header.log_size || self.frontier.root() != header.log_root {
            return Err(WalkError::Root(height));
        }
        let Target { height: target, epoch, digest } = self.to;
        if height == target && (header.epoch, header.digest()) != (epoch, digest) {
            return Err(WalkError::Other(height));
        }
        Ok(Adopted { header, certificate, entries, wanted: named })
    }
}
