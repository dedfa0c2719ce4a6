//! What the engine asks of the node: to propose a block and to verify one.

use std::sync::Arc;

use commonware_consensus::{
    Application, Viewable,
    marshal::ancestry::Ancestry,
    simplex::{scheme::ed25519::Scheme, types::Context},
    types::{Epoch, EpochInfo, Epocher, Height},
};
use commonware_cryptography::{Digested, ed25519};
use commonware_runtime::{Clock, Metrics, Spawner};
use futures::StreamExt as _;

use super::{
    Fault, Machine,
    block::{Block, EngineDigest, engine_digest},
    consensus::ledger_key,
};

/// Adapts a [`Machine`] to the engine of one epoch.
#[derive(Clone)]
pub struct Adapter<M> {
    /// The node.
    pub machine: M,
    /// The epoch.
    pub epoch: u64,
    /// The block before its first, from which the engine counts heights.
    pub base: u64,
}

impl<M: Machine> Adapter<M> {
    /// The block at the head of `ancestry` and those before it that the machine does not know, oldest first.
    async fn lineage(&self, mut ancestry: impl Ancestry<Block>, head: bool) -> Vec<Arc<Block>> {
        let mut lineage = Vec::new();
        let mut keep = head;
        while let Some(block) = ancestry.next().await {
            let block = block.inner_shared();
            let known = !keep && self.machine.knows(block.header().height, &block.id());
            keep = false;
            lineage.push(block);
            if known {
                break;
            }
        }
        lineage.reverse();
        lineage
    }
}

impl<E, M> Application<E> for Adapter<M>
where
    E: Spawner + Metrics + Clock,
    M: Machine,
{
    type SigningScheme = Scheme;
    type Context = Context<EngineDigest, ed25519::PublicKey>;
    type Block = Block;
    type Input = ();

    async fn propose(
        &mut self,
        (_, context): (E, Self::Context),
        ancestry: impl Ancestry<Block>,
        (): (),
    ) -> Option<Digested<Block>> {
        let lineage = self.lineage(ancestry, false).await;
        let idle_views = context.view().get().saturating_sub(context.parent.0.get());
        let block = self.machine.propose(lineage, idle_views).await?;
        // What comes after the epoch's last block is for the next epoch's engine.
        if block.header().epoch != self.epoch {
            return None;
        }
        let digest = engine_digest(&block.id());
        Some(Digested::precomputed(block.above(self.base), digest))
    }

    async fn verify(&mut self, (_, context): (E, Self::Context), ancestry: impl Ancestry<Block>) -> bool {
        let lineage = self.lineage(ancestry, true).await;
        let Some((epoch, height)) = lineage.last().map(|block| (block.header().epoch, block.header().height)) else {
            return false;
        };
        let proposer = ledger_key(&context.leader);
        if epoch != self.epoch {
            self.machine.accuse(proposer, Fault::Block { height, why: "it is of another epoch" });
            return false;
        }
        self.machine.verify(lineage, proposer).await
    }
}

/// Where the epoch ends: the engine proposes its last block again and again until it is final, and nothing after it.
///
/// That the epoch has no block beyond its end follows from the blocks themselves, which every validator executes; the
/// engine need only know the end soon enough not to stall there.
impl<M: Machine> Epocher for Adapter<M> {
    fn containing(&self, height: Height) -> Option<EpochInfo> {
        let epoch = Epoch::new(self.epoch);
        let last = self.last(epoch)?;
        (height <= last).then(|| EpochInfo::new(epoch, height, Height::zero(), last))
    }

    fn first(&self, epoch: Epoch) -> Option<Height> {
        (epoch.get() == self.epoch).then_some(Height::zero())
    }

    fn last(&self, epoch: Epoch) -> Option<Height> {
        if epoch.get() != self.epoch {
            return None;
        }
        let last = self.machine.last_of(self.epoch).map_or(u64::MAX - 1, |last| last.saturating_sub(self.base));
        Some(Height::new(last))
    }
}
