//! Admitted batches that wait to be ordered, oldest first, bounded by bytes.
//!
//! A batch leaves the pool only when a block that holds it is committed, so what a given-up view had taken is there
//! for the next leader.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{Notify, futures::Notified};

use crate::{
    admission::Admitted,
    ordering::block::{BatchKey, Body},
};

/// The pool has no room: the client should come back later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("more records wait to be ordered than this node holds")]
pub struct PoolFull;

/// The waiting batches.
pub struct Pool {
    limit: usize,
    waiting: Mutex<Waiting>,
    arrived: Notify,
}

#[derive(Default)]
struct Waiting {
    next: u64,
    by_arrival: BTreeMap<u64, Arc<Admitted>>,
    by_key: HashMap<BatchKey, u64>,
    bytes: usize,
    records: usize,
}

impl Pool {
    /// A pool that holds at most `limit` bytes of batches.
    pub fn new(limit: usize) -> Self {
        Self { limit, waiting: Mutex::default(), arrived: Notify::new() }
    }

    /// Adds a batch; false if it is there already.
    ///
    /// # Errors
    /// [`PoolFull`].
    pub fn add(&self, batch: Arc<Admitted>) -> Result<bool, PoolFull> {
        let mut waiting = self.lock();
        if waiting.by_key.contains_key(&batch.key) {
            return Ok(false);
        }
        if waiting.bytes.saturating_add(batch.bytes.len()) > self.limit {
            return Err(PoolFull);
        }
        let place = waiting.next;
        waiting.next = place.wrapping_add(1);
        waiting.bytes += batch.bytes.len();
        waiting.records += batch.records.len();
        waiting.by_key.insert(batch.key, place);
        waiting.by_arrival.insert(place, batch);
        drop(waiting);
        self.arrived.notify_waiters();
        Ok(true)
    }

    /// Whether a batch of `bytes` would fit now.
    pub fn has_room(&self, bytes: usize) -> bool {
        self.lock().bytes.saturating_add(bytes) <= self.limit
    }

    /// The oldest batches that are not in `taken`, up to `bytes` of a block's body; at least one if there is any.
    pub fn oldest(&self, bytes: usize, taken: &HashSet<BatchKey>) -> Vec<Arc<Admitted>> {
        let waiting = self.lock();
        let mut size = 0;
        let mut batches = Vec::new();
        for batch in waiting.by_arrival.values().filter(|batch| !taken.contains(&batch.key)) {
            let share = Body::share(batch.bytes.len());
            if !batches.is_empty() && size + share > bytes {
                break;
            }
            size += share;
            batches.push(Arc::clone(batch));
        }
        batches
    }

    /// Removes batches that were ordered or have nothing left to order.
    pub fn remove<'a>(&self, keys: impl IntoIterator<Item = &'a BatchKey>) {
        let mut waiting = self.lock();
        for key in keys {
            if let Some(place) = waiting.by_key.remove(key)
                && let Some(batch) = waiting.by_arrival.remove(&place)
            {
                waiting.bytes -= batch.bytes.len();
                waiting.records -= batch.records.len();
            }
        }
    }

    /// Completes when a batch arrives after the call.
    pub fn arrival(&self) -> Notified<'_> {
        self.arrived.notified()
    }

    /// Records that wait, and their bytes.
    pub fn load(&self) -> (usize, usize) {
        let waiting = self.lock();
        (waiting.records, waiting.bytes)
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
