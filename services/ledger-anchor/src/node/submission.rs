//! Records on their way into a block: admitted, pooled, passed on, and awaited until they are final here.

use std::{collections::HashMap, sync::Arc};

use bytes::Bytes;
use kontor_ledger::record::RecordId;
use tokio::{
    sync::oneshot,
    time::{Duration, Instant, timeout_at},
};

use super::Node;
use crate::{
    admission::{AdmissionError, Admitted, Urgency},
    ordering::{Ordering, block::BatchKey},
    pool::PoolFull,
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
    /// No room.
    #[error(transparent)]
    Full(#[from] PoolFull),
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
        if !self.0.pool.has_room(bytes.len()) {
            return Err(PoolFull.into());
        }
        let key = BatchKey::of(&bytes);
        Ok(self.0.admissions.admit(key, bytes, Urgency::Normal).await?)
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
        let deadline = Instant::now() + timeout;
        let mut found = HashMap::new();
        let mut waits = self.register(batch, &mut found)?;
        if !waits.is_empty() {
            self.check_nonces(batch, &found)?;
            if self.0.pool.add(Arc::clone(batch))? {
                ordering.submit(batch.bytes.clone());
            }
        }
        while let Some((id, wait)) = waits.pop() {
            if timeout_at(deadline, wait).await.is_err() {
                break;
            }
            if let Some(entry) = self.find(&id)? {
                found.insert(id, entry);
            }
        }
        let records = batch.records.iter().map(|record| {
            let entry = match found.remove(&record.id) {
                Some(entry) => Some(entry),
                None => self.find(&record.id)?,
            };
            Ok(Submitted { id: record.id, entry })
        });
        records.collect()
    }

    /// Looks up what is final and registers to be woken for the rest; in this order nothing is missed, since the
    /// store has a record before its waiters are woken.
    fn register(
        &self,
        batch: &Admitted,
        found: &mut HashMap<RecordId, Entry>,
    ) -> Result<Vec<(RecordId, oneshot::Receiver<()>)>, StoreError> {
        let mut waits = Vec::new();
        let mut waiting = self.waiting();
        waiting.retain(|_, waiters| {
            waiters.retain(|waiter| !waiter.is_closed());
            !waiters.is_empty()
        });
        for record in &batch.records {
            match self.find(&record.id)? {
                Some(entry) => {
                    found.insert(record.id, entry);
                }
                None => {
                    let (sender, receiver) = oneshot::channel();
                    waiting.entry(record.id).or_default().push(sender);
                    waits.push((record.id, receiver));
                }
            }
        }
        Ok(waits)
    }

    /// Refuses records whose nonce is used on the ledger already. What slips through in a race the rules refuse.
    fn check_nonces(&self, batch: &Admitted, found: &HashMap<RecordId, Entry>) -> Result<(), SubmitError> {
        let committed = Committed::new(&self.0.store);
        for (place, admitted) in batch.records.iter().enumerate() {
            if found.contains_key(&admitted.id) {
                continue;
            }
            let unsigned = &admitted.record.unsigned;
            let user = state::nonce_user(&committed, &unsigned.author, unsigned.nonce);
            match user.map_err(StoreError::State)? {
                Some(by) if by != admitted.id => return Err(SubmitError::Replayed { place, by }),
                Some(_) | None => {}
            }
        }
        Ok(())
    }
}
