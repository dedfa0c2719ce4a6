//! Follows the ledger and indexes what its accepted records say about documents. The position is stored with what was
//! indexed, so that nothing is missed or counted twice, whoever relayed the record.

use std::time::Duration;

use actix_web::web::Data;
use kontor_chassis::Shutdown;
use kontor_ledger::{event::Event, outcome::Outcome};
use tokio::task::JoinHandle;

use crate::{app::index, domain::document::Place, error::Error, state::Portal, store};

/// Wait after a failure.
const PAUSE: Duration = Duration::from_millis(500);

/// The running job.
pub struct Follower {
    shutdown: Shutdown,
    task: JoinHandle<()>,
}

impl Follower {
    /// Starts where it stopped the last time.
    pub fn start(portal: Data<Portal>) -> Self {
        let shutdown = Shutdown::new();
        let stopping = shutdown.clone();
        let task = tokio::spawn(async move {
            while !stopping.is_triggered() {
                let followed = stopping.run_until(follow(&portal)).await;
                if let Some(Err(error)) = followed {
                    tracing::warn!(%error, "the ledger cannot be followed at the moment");
                    stopping.run_until(tokio::time::sleep(PAUSE)).await;
                }
            }
        });
        Self { shutdown, task }
    }

    /// Ends; a transaction under way is finished or has no effect.
    pub async fn stop(self) {
        self.shutdown.trigger();
        if let Err(error) = self.task.await {
            tracing::error!(%error, "following the ledger was interrupted");
        }
    }
}

async fn follow(portal: &Portal) -> Result<(), Error> {
    let from = portal.database.read(store::follower::next).await?;
    let mut events = portal.ledger.follow(from);
    loop {
        let event = events.next().await?;
        take(portal, event).await?;
        portal.changes.note();
    }
}

/// A node's word that a record was accepted is not enough: its receipt must hold.
async fn take(portal: &Portal, event: Event) -> Result<(), Error> {
    let Event { position, id, outcome, record, .. } = event;
    if let Outcome::Refused(_) = outcome {
        return portal.database.transaction("skip-record", move |c| index::skipped(c, position)).await;
    }
    let proven = portal.ledger.proven(&id).await?;
    if proven.position != position || proven.outcome != Outcome::Accepted || record.id() != id {
        return Err(Error::Ledger(format!("a node says of {id} what its receipt does not")));
    }
    let place = Place { record: id, position, timestamp: proven.timestamp };
    portal.database.transaction("index-record", move |c| index::accepted(c, &record, place)).await
}
