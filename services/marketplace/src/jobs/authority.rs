//! What the issuer does by itself: takes over what was done with the authority's files and what members revoked on
//! the ledger, and signs the revocation list in time.

use std::{sync::Arc, time::Duration};

use kontor_chassis::{Shutdown, database::Database, metrics::Metrics};
use tokio::task::JoinHandle;

use crate::{app::issuer::Issuer, clock, error::Error};

/// Goes on until the signal comes.
pub fn start(
    issuer: Arc<Issuer>,
    database: Database,
    metrics: Metrics,
    every: Duration,
    shutdown: Shutdown,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            let left = issuer.intermediate_left() as f64;
            metrics.gauge("kontor_intermediate_expiry_seconds", "Seconds until the intermediate expires.", &[], left);
            let round = async {
                for (what, done) in
                    [("files", files(&issuer, &database).await), ("ledger", ledger(&issuer, &database).await)]
                {
                    if let Err(error) = done {
                        // The next round tries again; the ledger may not be up yet.
                        tracing::info!(what, %error, "the authority could not take over what is new");
                    }
                }
            };
            if shutdown.run_until(round).await.is_none()
                || shutdown.run_until(tokio::time::sleep(every)).await.is_none()
            {
                return;
            }
        }
    })
}

async fn files(issuer: &Arc<Issuer>, database: &Database) -> Result<(), Error> {
    let reading = Arc::clone(issuer);
    let files = tokio::task::spawn_blocking(move || {
        reading.reload()?;
        reading.files()
    });
    let files = files.await.map_err(|_| Error::Interrupted)??;
    let issuer = Arc::clone(issuer);
    let take = move |c: &mut _| {
        let new = issuer.take_over(c, &files, clock::now())?;
        issuer.list(c, clock::now())?;
        Ok::<_, Error>(new)
    };
    let new = database.transaction("certificates-from-files", take).await?;
    if new > 0 {
        tracing::info!(new, "took over what was issued or revoked with the authority's files");
    }
    Ok(())
}

async fn ledger(issuer: &Arc<Issuer>, database: &Database) -> Result<(), Error> {
    let (mut cursor, mut revoked) = (None, Vec::new());
    loop {
        let page = issuer.ledger.certificates(Some(true), cursor).await?;
        revoked.extend(page.items);
        match page.next {
            // Places only fall, so that this ends.
            Some(next) if cursor.is_none_or(|last| next < last) => cursor = Some(next),
            _ => break,
        }
    }
    let issuer = Arc::clone(issuer);
    let follow = move |c: &mut _| issuer.follow(c, &revoked, clock::now());
    let new = database.transaction("revocations-from-ledger", follow).await?;
    if new > 0 {
        tracing::info!(new, "took over revocations from the ledger");
    }
    Ok(())
}
