//! Records on their way into a block: admitted, pooled, passed on, and awaited until they are final here.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use kontor_ledger::record::RecordId;
use tokio::sync::mpsc;

use super::{Node, host::before, now};
use crate::{
    admission::{AdmissionError, Admitted, AdmittedRecord, Urgency},
    ordering::{Ordering, block::BatchKey},
    pool::PoolFull,
    rules::since,
    state,
    store::{Committed, Entry, StoreError},
};

/// Why records were not taken. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// Not admissible.
    #[error(transparent)]
    Admission(#[from] AdmissionError),
    /// Another record of the author has used the nonce.
    #[error("record {place}: its author used the nonce for record {by}")]
    Replayed {
        /// Which record of the batch.
        place: usize,
        /// The record that has it.
        by: RecordId,
    },
    /// The network's rules know the kind in a later version only.
    #[error("record {place} is of a kind that the network's rules do not know yet")]
    NotActiveYet {
        /// Which record of the batch.
        place: usize,
    },
    /// No room.
    #[error(transparent)]
    Full(#[from] PoolFull),
    /// The disk has too little room.
    #[error("the node's disk has too little room for new records")]
    DiskFull,
    /// The node cannot take part.
    #[error("the node has stopped taking part in the network")]
    Halted,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// One record of a batch after the wait: final, or not yet.
#[derive(Debug)]
pub struct Submitted {
    /// Its id.
    pub id: RecordId,
    /// Where and how it is final.
    pub entry: Option<Entry>,
}

impl Node {
    /// Checks an encoded batch without taking it.
    ///
    /// # Errors
    /// [`SubmitError`].
    pub async fn admit(&self, bytes: Bytes) -> Result<Arc<Admitted>, SubmitError> {
        if self.is_halted() {
            return Err(SubmitError::Halted);
        }
        if self.is_disk_full() {
            return Err(SubmitError::DiskFull);
        }
        if !self.0.pool.has_room(bytes.len()) {
            return Err(PoolFull.into());
        }
        let key = BatchKey::of(&bytes);
        let batch = self.0.admissions.admit(key, bytes, Urgency::Normal).await?;
        let rules = self.settings()?.rules;
        let later = |record: &AdmittedRecord| since(&record.record.unsigned.body) > rules;
        match batch.records.iter().position(later) {
            Some(place) => Err(SubmitError::NotActiveYet { place }),
            None => Ok(batch),
        }
    }

    /// Has an admitted batch ordered and waits until its records are final here, or for `timeout`.
    ///
    /// # Errors
    /// [`SubmitError`].
    pub async fn submit(
        &self,
        ordering: &dyn Ordering,
        batch: &Arc<Admitted>,
        timeout: Duration,
    ) -> Result<Vec<Submitted>, SubmitError> {
        let started = std::time::Instant::now();
        let ids: Vec<RecordId> = batch.records.iter().map(|record| record.id).collect();
        // The store has a record before those that wait for it are told: to wait first and look then misses nothing.
        let mut waiting = Waiting::start(self, &ids);
        let mut found = self.look(batch)?;
        if found.len() < ids.len() && self.0.pool.add(Arc::clone(batch))? {
            ordering.submit(batch.bytes.clone());
        }
        let mut timer = self.0.host.sleep(timeout);
        while found.len() < ids.len() {
            let Some(Some(entry)) = before(&mut timer, waiting.finals.recv()).await else { break };
            self.activity().submitted(now(), started.elapsed());
            found.insert(entry.id, entry);
        }
        drop(waiting);
        Ok(ids.into_iter().map(|id| Submitted { id, entry: found.remove(&id) }).collect())
    }

    /// Passes on all that waits here, to whoever orders now.
    pub(super) fn pass_on(&self, ordering: &dyn Ordering) {
        for batch in self.0.pool.oldest(usize::MAX, &HashSet::new()) {
            ordering.submit(batch.bytes.clone());
        }
    }

    /// What is final of a batch. Refuses records whose nonce another record has used; what slips through in a race
    /// the rules refuse.
    fn look(&self, batch: &Admitted) -> Result<HashMap<RecordId, Entry>, SubmitError> {
        let committed = Committed::new(&self.0.store);
        let mut found = HashMap::with_capacity(batch.records.len());
        for (place, AdmittedRecord { id, record, .. }) in batch.records.iter().enumerate() {
            let unsigned = &record.unsigned;
            let user = state::nonce_user(&committed, &unsigned.author, unsigned.nonce).map_err(StoreError::State)?;
            let Some(by) = user else { continue };
            match self.find(id)? {
                Some(entry) => found.insert(*id, entry),
                None => return Err(SubmitError::Replayed { place, by }),
            };
        }
        Ok(found)
    }
}

/// Records that a call waits for; forgotten when it is dropped, however the call ends.
struct Waiting<'n> {
    node: &'n Node,
    ids: &'n [RecordId],
    sender: mpsc::UnboundedSender<Entry>,
    finals: mpsc::UnboundedReceiver<Entry>,
}

impl<'n> Waiting<'n> {
    fn start(node: &'n Node, ids: &'n [RecordId]) -> Self {
        let (sender, finals) = mpsc::unbounded_channel();
        let mut waiting = node.waiting();
        for id in ids {
            waiting.entry(*id).or_default().push(sender.clone());
        }
        drop(waiting);
        Self { node, ids, sender, finals }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut waiting = self.node.waiting();
        for id in self.ids {
            if let Some(senders) = waiting.get_mut(id) {
                senders.retain(|sender| !sender.same_channel(&self.sender));
                if senders.is_empty() {
                    waiting.remove(id);
                }
            }
        }
    }
}
