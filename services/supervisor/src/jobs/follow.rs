//! Follows the ledger and counts what it shows.

use std::{sync::Arc, time::Duration};

use kontor_chassis::{Problem, Shutdown};
use kontor_ledger::outcome::Outcome;
use tokio::task::JoinHandle;

use crate::{
    Supervisor,
    store::market::{self, Event},
};

/// Events counted in one transaction at most.
const BATCH: usize = 256;

/// How long to gather events before they are counted.
const GATHER: Duration = Duration::from_millis(50);

/// Pause after an error.
const PAUSE: Duration = Duration::from_secs(1);

/// Starts following from where it stopped; ends with `shutdown`.
pub fn start(supervisor: Arc<Supervisor>, shutdown: Shutdown) -> JoinHandle<()> {
    tokio::spawn(async move {
        while !shutdown.is_triggered() {
            if let Some(Err(error)) = shutdown.run_until(follow(&supervisor)).await {
                tracing::warn!(%error, "following the ledger was interrupted");
                shutdown.run_until(tokio::time::sleep(PAUSE)).await;
            }
        }
    })
}

async fn follow(supervisor: &Supervisor) -> Result<(), Problem> {
    let next = supervisor.database.read(market::next_position).await?;
    let mut events = supervisor.ledger.events(next, &[]);
    loop {
        let first = events.next().await.map_err(Problem::internal)?;
        let mut gathered = vec![counted(&first)];
        let until = tokio::time::Instant::now() + GATHER;
        while gathered.len() < BATCH {
            match tokio::time::timeout_at(until, events.next()).await {
                Ok(event) => gathered.push(counted(&event.map_err(Problem::internal)?)),
                Err(_) => break,
            }
        }
        supervisor
            .database
            .transaction("count-records", move |connection| market::count(connection, &gathered))
            .await?;
    }
}

fn counted(event: &kontor_ledger::event::Event) -> Event {
    Event {
        position: event.position,
        record_id: event.id.to_string(),
        kind: event.kind.clone(),
        sponsor: event.record.sponsor.to_string(),
        code: match event.outcome {
            Outcome::Accepted => None,
            Outcome::Refused(code) => Some(code.to_string()),
        },
        decided_at: i64::try_from(event.timestamp.as_millis()).unwrap_or(i64::MAX),
    }
}
