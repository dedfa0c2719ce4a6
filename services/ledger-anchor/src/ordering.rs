//! The ordering of batches by the validators, behind two narrow traits so that the engine can be exchanged.
//!
//! | Module | Holds |
//! |---|---|
//! | [`block`] | a header and the batches under it, and their form on the wire |
//! | [`engine`] | one epoch's engine on a thread of its own, with its network |
//! | [`consensus`] | commonware simplex, marshal and buffered broadcast over whatever network and runtime |
//! | [`application`] | what the engine asks of the node: propose and verify |
//! | [`delivery`] | finalised blocks and their certificates on the way to the node |
//! | [`witness`] | notices what no honest validator does, and tells the node whose key it was |
//! | [`guard`] | refuses to start where consensus safety could be lost |

pub mod application;
pub mod block;
pub mod consensus;
pub mod delivery;
pub mod engine;
pub mod guard;
pub mod witness;

use std::{future::Future, sync::Arc};

use bytes::Bytes;
use kontor_ledger::{block::BlockDigest, certificate::Certificate};
use kontor_sealing::PublicKey;

pub use block::Block;

/// What the node asks of the engine.
pub trait Ordering: Send + Sync {
    /// Passes an admitted batch on to the other validators, so that the next leader can propose it.
    fn submit(&self, batch: Bytes);

    /// Who orders now.
    fn membership(&self) -> Membership;

    /// Whether it ended without having been stopped.
    fn has_failed(&self) -> bool;

    /// Stops the engine and waits for its thread; called once.
    fn stop(&self);
}

/// The validators of the current epoch and how far this node sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// Counts changes of the validator set.
    pub epoch: u64,
    /// The last view in which something was finalised or given up.
    pub view: u64,
    /// Keys of the validators, ascending.
    pub validators: Vec<PublicKey>,
    /// Whether this node is one of them and takes part.
    pub orders: bool,
}

/// What the engine asks of the node; blocks come with every ancestor that the node does not know yet.
pub trait Machine: Clone + Send + Sync + 'static {
    /// Whether the block was executed here or lies at or below the committed tip.
    fn knows(&self, height: u64, digest: &BlockDigest) -> bool;

    /// Builds a block on the last of `ancestors` (oldest first), waiting a while for batches. `idle_views` counts
    /// the views given up since the parent's.
    fn propose(&self, ancestors: Vec<Arc<Block>>, idle_views: u64) -> impl Future<Output = Option<Block>> + Send;

    /// Judges the last of `lineage` (oldest first), which `proposer` proposed. False only for what can never become
    /// valid.
    fn verify(&self, lineage: Vec<Arc<Block>>, proposer: PublicKey) -> impl Future<Output = bool> + Send;

    /// Takes a finalised block, in order; `done` is called once it is durable here.
    fn finalised(&self, finalised: Finalised);

    /// The height that the node's own store has reached.
    fn height(&self) -> u64;

    /// The last block of an epoch, once it is decided.
    fn last_of(&self, epoch: u64) -> Option<u64>;

    /// Takes a batch that the validator `from` says it admitted.
    fn received(&self, batch: Bytes, from: PublicKey);

    /// Takes note of what the holder of a validator's key did.
    fn accuse(&self, validator: PublicKey, fault: Fault);
}

/// What no honest validator does, not even one that crashed, is cut off or is behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It signed two votes that exclude each other.
    Equivocation {
        /// The view that both are of.
        view: u64,
    },
    /// It proposed a block that can never become valid.
    Block {
        /// The block's height.
        height: u64,
        /// What is wrong with it.
        why: &'static str,
    },
    /// It sent bytes, a vote, a certificate or a batch that do not hold.
    Message(&'static str),
}

/// A block that can no longer be undone.
pub struct Finalised {
    /// The block.
    pub block: Arc<Block>,
    /// The validators' finalisation of exactly this block; none if a later one covers it.
    pub certificate: Option<Certificate>,
    /// To be called once the block is durable; the engine then forgets it.
    pub done: Option<Box<dyn FnOnce() + Send>>,
}
