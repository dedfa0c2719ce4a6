//! What the engine asks of the node: to propose a block and to verify one.

use std::sync::Arc;

use commonware_consensus::{
    Application, Viewable,
    marshal::ancestry::Ancestry,
    simplex::{scheme::ed25519::Scheme, types::Context},
};
use commonware_cryptography::{Digested, ed25519};
use commonware_runtime::{Clock, Metrics, Spawner};
use futures::StreamExt as _;

use super::{
    Machine,
    block::{Block, EngineDigest, engine_digest},
};

/// Adapts a [`Machine`] to the engine.
#[derive(Clone)]
pub struct Adapter<M>(pub M);

impl<M: Machine> Adapter<M> {
    /// The block at the head of `ancestry` and those before it that the machine does not know, oldest first.
    async fn lineage(&self, mut ancestry: impl Ancestry<Block>, head: bool) -> Vec<Arc<Block>> {
        let mut lineage = Vec::new();
        let mut keep = head;
        while let Some(block) = ancestry.next().await {
            let block = block.inner_shared();
            let known = !keep && self.0.knows(block.header().height, &block.id());
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
        let block = self.0.propose(lineage, idle_views).await?;
        let digest = engine_digest(&block.id());
        Some(Digested::precomputed(block, digest))
    }

    async fn verify(&mut self, _: (E, Self::Context), ancestry: impl Ancestry<Block>) -> bool {
        let lineage = self.lineage(ancestry, true).await;
        self.0.verify(lineage).await
    }
}
