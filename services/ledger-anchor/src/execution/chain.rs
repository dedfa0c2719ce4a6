//! The committed tip and the executed blocks above it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use kontor_ledger::{
    block::{BlockDigest, BlockHeader},
    merkle::Frontier,
    record::RecordId,
};

use super::Executed;
use crate::store::{Store, StoreError, Tip};

/// Executed blocks that are not committed, and the tip that they stand on.
pub struct Chain {
    store: Arc<Store>,
    inner: Mutex<Inner>,
}

struct Inner {
    tip: Tip,
    executed: HashMap<BlockDigest, Arc<Executed>>,
}

/// What a block is executed on: a block, and the executed ones between it and the store.
pub struct Base {
    /// The block's header.
    pub header: BlockHeader,
    /// Its digest.
    pub digest: BlockDigest,
    /// The log after it.
    pub frontier: Frontier,
    layers: Vec<Arc<Executed>>,
    store: Arc<Store>,
}

impl Chain {
    /// A chain that stands on the committed `tip`.
    pub fn new(store: Arc<Store>, tip: Tip) -> Self {
        Self { store, inner: Mutex::new(Inner { tip, executed: HashMap::new() }) }
    }

    /// The committed tip.
    pub fn tip(&self) -> Tip {
        self.lock().tip.clone()
    }

    /// The committed height.
    pub fn height(&self) -> u64 {
        self.lock().tip.header.height
    }

    /// The block as it was executed here, if it is not committed.
    pub fn executed(&self, digest: &BlockDigest) -> Option<Arc<Executed>> {
        self.lock().executed.get(digest).cloned()
    }

    /// What a child of `parent` is executed on; `None` unless every block from the tip to `parent` is executed.
    pub fn base(&self, parent: &BlockDigest) -> Option<Base> {
        let inner = self.lock();
        let mut layers: Vec<Arc<Executed>> = Vec::new();
        let mut next = *parent;
        while next != inner.tip.digest {
            let executed = inner.executed.get(&next)?;
            next = executed.header.parent;
            layers.push(Arc::clone(executed));
        }
        let (header, frontier) = match layers.first() {
            Some(layer) => (layer.header, layer.frontier.clone()),
            None => (inner.tip.header, inner.tip.frontier.clone()),
        };
        drop(inner);
        Some(Base { header, digest: *parent, frontier, layers, store: Arc::clone(&self.store) })
    }

    /// Keeps an executed block, unless its height is committed.
    pub fn keep(&self, executed: Arc<Executed>) {
        let mut inner = self.lock();
        if executed.header.height > inner.tip.header.height {
            inner.executed.insert(executed.digest, executed);
        }
    }

    /// Moves the tip to a block that the store now has, and forgets what it decided.
    pub fn advance(&self, to: &Executed) {
        let mut inner = self.lock();
        let header = to.header;
        inner.tip = Tip { header, digest: to.digest, frontier: to.frontier.clone() };
        inner.executed.retain(|_, executed| executed.header.height > header.height);
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Base {
    /// The executed blocks above the store, newest first.
    pub fn layers(&self) -> &[Arc<Executed>] {
        &self.layers
    }

    /// Where a record is in the log that ends with this block.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub fn position(&self, id: &RecordId) -> Result<Option<u64>, StoreError> {
        match self.layers.iter().find_map(|layer| layer.positions.get(id)) {
            Some(position) => Ok(Some(*position)),
            None => self.store.position(id),
        }
    }

    /// A value of the rules' state after this block.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub fn state(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        match self.layers.iter().find_map(|layer| layer.writes.get(key)) {
            Some(value) => Ok(value.clone()),
            None => self.store.state(key),
        }
    }
}
