//! Proposing and verifying: what the engine asks of the node before a block is final.

use std::{
    future::pending,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use bytes::Bytes;
use futures::future::try_join_all;
use kontor_ledger::{block::BlockDigest, time::Timestamp};
use kontor_sealing::PublicKey;

use super::{
    AlarmKind, Node,
    host::{before, done, timestamp},
};
use crate::{
    admission::{AdmissionError, Admitted, Urgency},
    execution::{self, Base, Draft, Executed},
    ordering::{
        Block, Fault, Finalised, Machine,
        block::{BatchKey, Body},
    },
    store::StoreError,
};

/// After so many views without a block a leader makes an empty one: the engine forgets the votes of given-up views
/// only behind a finalised block, and keeps 8 KiB for each until then. At about 1.7 views a second that is one small
/// block in a minute and a half.
const IDLE_VIEWS: u64 = 160;

/// What came of executing a block.
enum Verdict {
    /// It is as its header says.
    Holds,
    /// It can never be valid, and whoever proposed it knew.
    Wrong(&'static str),
    /// It can never be valid, because another became final instead of it.
    Late,
    /// This node cannot tell.
    Unknown,
}

impl Node {
    /// Executes what comes before a block, oldest first; false if one of it is wrong, `None` if it cannot be told.
    async fn catch_up(&self, ancestors: &[Arc<Block>]) -> Option<bool> {
        for block in ancestors {
            if self.knows(block.header().height, &block.id()) {
                continue;
            }
            match self.judge(block).await {
                Verdict::Holds => {}
                Verdict::Wrong(why) => {
                    tracing::warn!(height = block.header().height, why, "an ancestor is wrong");
                    return Some(false);
                }
                Verdict::Late => return Some(false),
                Verdict::Unknown => return None,
            }
        }
        Some(true)
    }

    /// Checks header and batches and executes the block.
    async fn judge(&self, block: &Arc<Block>) -> Verdict {
        if self.0.chain.executed(&block.id()).is_some() {
            return Verdict::Holds;
        }
        let Some(base) = self.0.chain.base(&block.header().parent) else { return self.beside_the_tip(block) };
        let (header, parent) = (block.header(), &base.header);
        if header.network != parent.network {
            return Verdict::Wrong("another network");
        }
        if header.height != parent.height.saturating_add(1) || header.timestamp < parent.timestamp {
            return Verdict::Wrong("height or time");
        }
        let checks =
            block.batches().iter().map(|(key, bytes)| self.0.admissions.admit(*key, bytes.clone(), Urgency::Consensus));
        let batches = match try_join_all(checks).await {
            Ok(batches) => batches,
            Err(AdmissionError::Stopping) => return Verdict::Unknown,
            // This node may not have heard of the member or its new key yet; the others will judge.
            Err(error) if error.is_of_sponsor() => return self.of_sponsor(&base, block),
            Err(_) => return Verdict::Wrong("a batch is not admissible"),
        };
        self.wait_for(header.timestamp).await;
        let (node, block) = (self.clone(), Arc::clone(block));
        let executed = done(&*self.0.host, move || {
            let header = block.header();
            let draft = node.execute(&base, header.timestamp, &batches)?;
            if !draft.matches(header) {
                return Ok(Verdict::Wrong("the log's root is not what execution gives"));
            }
            node.keep(draft.seal(*header, keys(&block)));
            Ok::<_, StoreError>(Verdict::Holds)
        });
        match executed.await {
            Some(Ok(verdict)) => verdict,
            Some(Err(error)) => {
                self.halt(&error);
                Verdict::Unknown
            }
            None => Verdict::Unknown,
        }
    }

    /// A block with a batch whose sponsor's signature does not hold, as far as this node knows. Who proposed it knew
    /// the state before it: a sponsor that is no member there, or has never had another key, did not sign.
    fn of_sponsor(&self, base: &Base, block: &Block) -> Verdict {
        let forged = block.batches().iter().map(|(key, bytes)| {
            let Ok(batch) = self.0.admissions.certified(*key, bytes.clone()) else { return Ok(false) };
            let original = self.genesis().member(batch.sponsor()).map(|member| member.identity);
            Ok::<_, StoreError>(match execution::member(base, self.genesis(), batch.sponsor())? {
                None => true,
                Some(now) => original == Some(now.member.identity) && !batch.is_signed_by(&now.member.identity),
            })
        });
        match forged.collect::<Result<Vec<_>, _>>() {
            Ok(forged) if forged.contains(&true) => Verdict::Wrong("a batch is not signed by its sponsor"),
            Ok(_) => Verdict::Unknown,
            Err(error) => {
                self.halt(&error);
                Verdict::Unknown
            }
        }
    }

    /// A block whose parent is neither the tip nor executed above it: final, in competition with what is final, or
    /// beyond what this node has.
    fn beside_the_tip(&self, block: &Block) -> Verdict {
        let height = block.header().height;
        if height > self.0.chain.height() {
            return Verdict::Unknown;
        }
        match self.0.store.header(height) {
            Ok(Some(header)) if header.digest() == block.id() => Verdict::Unknown,
            Ok(Some(_)) => Verdict::Late,
            Ok(None) | Err(_) => Verdict::Unknown,
        }
    }

    /// Waits while a block's time is further ahead of this node's clock than the network allows.
    async fn wait_for(&self, timestamp: Timestamp) {
        let now = self.now();
        // Nearly every block: what the network allows need not be looked up then.
        if timestamp <= now {
            return;
        }
        let parameters = self.settings().map_or(self.genesis().parameters, |settings| settings.parameters);
        let latest = now.plus_millis(parameters.max_clock_drift);
        let ahead = timestamp.millis_since(latest);
        if ahead > 0 {
            let detail = "a proposed block's time is ahead of this machine's clock by more than the network allows: one of \
                          the two clocks is wrong; check this machine's time service first";
            self.doubt_clock();
            self.raise(AlarmKind::Clock, detail);
            self.0.host.sleep(Duration::from_millis(ahead)).await;
        }
    }

    fn now(&self) -> Timestamp {
        timestamp(&*self.0.host)
    }

    /// A block of what waits, on `parent`; `None` if nothing does, or the parent is no longer to be built on.
    fn build(&self, parent: &BlockDigest, even_empty: bool) -> Result<Option<Block>, StoreError> {
        let Some(base) = self.0.chain.base(parent) else { return Ok(None) };
        let timestamp = self.now().max(base.header.timestamp);
        let mut taken = execution::taken(&base);
        loop {
            let batches = match self.is_disk_full() {
                true => Vec::new(),
                false => self.0.pool.oldest(self.0.settings.block_bytes, &taken),
            };
            if batches.is_empty() && !even_empty {
                return Ok(None);
            }
            let draft = self.execute(&base, timestamp, &batches)?;
            let mut fresh = Vec::with_capacity(batches.len());
            for (batch, is_fresh) in batches.iter().zip(&draft.fresh) {
                if *is_fresh {
                    fresh.push((batch.key, batch.bytes.clone()));
                    continue;
                }
                // All of it is on the chain already, in other batches; for good if it is committed.
                taken.insert(batch.key);
                if self.is_final(batch) {
                    self.0.pool.remove([&batch.key]);
                }
            }
            if fresh.is_empty() && !even_empty {
                continue;
            }
            let body = Body::join(fresh);
            let block = Block::new(draft.header(&base, timestamp, &body), body);
            self.keep(draft.seal(*block.header(), keys(&block)));
            return Ok(Some(block));
        }
    }

    /// Keeps an executed block. That it ends its epoch the engine learns here at the latest; sooner, if the decision
    /// is final already, see [`super::committer`].
    fn keep(&self, executed: Executed) {
        if executed.closed().ends {
            self.lasts().entry(executed.header.epoch).or_insert(executed.header.height);
        }
        self.0.chain.keep(Arc::new(executed));
    }

    /// Runs the rules over the batches' records.
    pub(super) fn execute(
        &self,
        base: &Base,
        timestamp: Timestamp,
        batches: &[Arc<Admitted>],
    ) -> Result<Draft, StoreError> {
        let groups: Vec<_> = batches.iter().map(|batch| batch.records.as_slice()).collect();
        execution::execute(base, &self.0.network, &*self.0.verdicts, timestamp, &groups)
    }

    async fn build_off_thread(&self, parent: BlockDigest, even_empty: bool) -> Option<Block> {
        let node = self.clone();
        match done(&*self.0.host, move || node.build(&parent, even_empty)).await? {
            Ok(block) => block,
            Err(error) => {
                self.halt(&error);
                None
            }
        }
    }

    async fn check_gossip(&self, key: BatchKey, bytes: Bytes, from: PublicKey) {
        match self.0.admissions.admit(key, bytes, Urgency::Normal).await {
            Ok(batch) => {
                if !self.is_final(&batch) {
                    // A full pool drops it: the node that admitted it proposes it itself.
                    let _ = self.0.pool.add(batch);
                }
            }
            Err(AdmissionError::Stopping) => {}
            Err(error) => {
                tracing::debug!(%error, "another validator passed on a batch that is not admissible");
                // Of a member's new key its own node may know before this one.
                if !error.is_of_sponsor() {
                    self.accuse(from, Fault::Message("a batch that is not admissible"));
                }
                self.0.metrics.count(
                    "kontor_gossip_refused_total",
                    "Batches passed on by other validators that were not admissible.",
                    &[],
                    1,
                );
            }
        }
    }

    /// Whether every record of the batch is committed here.
    pub(super) fn is_final(&self, batch: &Admitted) -> bool {
        batch.records.iter().all(|record| matches!(self.0.store.position(&record.id), Ok(Some(_))))
    }
}

/// The keys of a block's batches.
pub(super) fn keys(block: &Block) -> Vec<BatchKey> {
    block.batches().iter().map(|(key, _)| *key).collect()
}

impl Machine for Node {
    fn knows(&self, height: u64, digest: &BlockDigest) -> bool {
        height <= self.0.chain.height() || self.0.chain.executed(digest).is_some()
    }

    async fn propose(&self, ancestors: Vec<Arc<Block>>, idle_views: u64) -> Option<Block> {
        if self.0.halted.load(Relaxed) || self.catch_up(&ancestors).await != Some(true) {
            return None;
        }
        let parent = ancestors.last()?.id();
        // The next validators wait for the epoch's last block, with or without records.
        if self.epoch().next.is_some() {
            return self.build_off_thread(parent, true).await;
        }
        let mut held = self.0.host.sleep(self.0.settings.hold);
        loop {
            let mut arrival = std::pin::pin!(self.0.pool.arrival());
            arrival.as_mut().enable();
            if let Some(block) = self.build_off_thread(parent, false).await {
                return Some(block);
            }
            if before(&mut held, arrival).await.is_none() {
                break;
            }
        }
        // A parent that crashed nodes had agreed on without finalising it becomes final by a child only; its records
        // are in no later block, so without an empty one they would wait for others to come.
        let unfinished = self.0.chain.tip().digest != parent;
        if unfinished || idle_views >= IDLE_VIEWS { self.build_off_thread(parent, true).await } else { None }
    }

    async fn verify(&self, lineage: Vec<Arc<Block>>, proposer: PublicKey) -> bool {
        let Some((block, ancestors)) = lineage.split_last() else { return false };
        if self.0.halted.load(Relaxed) {
            return pending().await;
        }
        match self.catch_up(ancestors).await {
            Some(true) => {}
            Some(false) => return false,
            None => return pending().await,
        }
        match self.judge(block).await {
            Verdict::Holds => true,
            Verdict::Wrong(why) => {
                self.accuse(proposer, Fault::Block { height: block.header().height, why });
                false
            }
            Verdict::Late => false,
            // To abstain is not to answer; the engine drops the question when it no longer matters.
            Verdict::Unknown => pending().await,
        }
    }

    fn finalised(&self, finalised: Finalised) {
        self.finalise(finalised);
    }

    fn height(&self) -> u64 {
        self.0.chain.height()
    }

    fn last_of(&self, epoch: u64) -> Option<u64> {
        self.lasts().get(&epoch).copied()
    }

    fn received(&self, batch: Bytes, from: PublicKey) {
        if self.0.gossip.available_permits() == 0 {
            return;
        }
        let node = self.clone();
        self.0.host.spawn(Box::pin(async move {
            let Ok(_permit) = node.0.gossip.acquire().await else { return };
            node.check_gossip(BatchKey::of(&batch), batch.clone(), from).await;
        }));
    }

    fn accuse(&self, validator: PublicKey, fault: Fault) {
        self.raise_against(&validator, fault);
    }
}
