//! Submitting: a batch goes to one node, which answers when it is final; a node that dies in between costs nothing,
//! for a record is known by its id wherever it is submitted again.

use std::{sync::atomic::Ordering, time::Duration};

use reqwest::Method;

use super::{ClientError, LedgerClient, Question};
use crate::{batch::Batch, encoding::to_cbor, event::Final, record::RecordId};

/// How long a submission waits by default.
const WAIT: Duration = Duration::from_secs(20);
/// Time between questions about a record that is not final yet.
const POLL: Duration = Duration::from_millis(50);

impl LedgerClient {
    /// Submits a batch of one record and waits until it is final.
    ///
    /// # Errors
    /// [`ClientError::Pending`] if it is not final within 20 s, or any other [`ClientError`].
    pub async fn submit_one(&self, batch: &Batch) -> Result<Final, ClientError> {
        let all = self.submit(batch, WAIT).await?;
        let id = batch.records.first().map(crate::record::Record::id).unwrap_or_default();
        all.into_iter().next().ok_or(ClientError::Pending(id))
    }

    /// Submits a batch and waits up to `wait` until all its records are final; their outcomes in the batch's order.
    ///
    /// # Errors
    /// [`ClientError::Pending`] with the first record that is not final by then, or any other [`ClientError`].
    pub async fn submit(&self, batch: &Batch, wait: Duration) -> Result<Vec<Final>, ClientError> {
        let deadline = tokio::time::Instant::now() + wait;
        let path = format!("/v1/records?timeout={}", wait.as_millis());
        let body = Some(("application/cbor", to_cbor(batch)));
        match self.ask(Question { method: Method::POST, path: &path, body, wait }).await {
            Ok(_) => {}
            // The answer for one record that is final and refused.
            Err(ClientError::Rejected { slug, .. }) if slug == "refused" || slug == "bad-proof" => {}
            Err(error) => return Err(error),
        }
        let mut all = Vec::with_capacity(batch.records.len());
        for id in batch.ids() {
            let found = self.await_final(&id, deadline).await;
            if let Err(ClientError::Pending(_)) = found {
                // The node may be cut off from the others: the next attempt goes to another one.
                self.preferred.fetch_add(1, Ordering::Relaxed);
            }
            all.push(found?);
        }
        Ok(all)
    }

    async fn await_final(&self, id: &RecordId, deadline: tokio::time::Instant) -> Result<Final, ClientError> {
        loop {
            if let Some(found) = self.outcome(id).await? {
                return if found.id == *id { Ok(found) } else { Err(ClientError::Another(*id)) };
            }
            if tokio::time::Instant::now() >= deadline {
                return Err(ClientError::Pending(*id));
            }
            tokio::time::sleep(POLL).await;
        }
    }
}
