//! The network's certificates: renewing and revoking.

pub mod create;
pub mod revoke;

use std::{sync::Arc, time::Duration};

use kontor_chassis::{Problem, database::Connection};
use tokio::time::{Instant, timeout};

use crate::{app::issuer::Issuer, domain::certificate::Recording, error::Error, state::Marketplace};

/// How long a caller waits for the ledger; less than an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// How often to look when another instance may have done it.
const LOOK: Duration = Duration::from_millis(500);

/// The issuer, or "not found" where none is configured.
pub(super) fn issuer(market: &Marketplace) -> Result<Arc<Issuer>, Problem> {
    market.issuer.clone().ok_or_else(|| Problem::not_found().detail("this marketplace issues no certificates"))
}

/// Waits until the ledger has said something of what `look` finds.
async fn recorded<F>(market: &Marketplace, issuer: &Issuer, look: F) -> Result<(), Problem>
where
    F: Fn(&mut Connection) -> Result<Recording, Error> + Clone + Send + 'static,
{
    let deadline = Instant::now() + PATIENCE;
    loop {
        let told = issuer.recorded.notified();
        match market.database.read(look.clone()).await? {
            Recording::Recorded => return Ok(()),
            Recording::Refused(why) => return Err(Error::NotRecorded(why).into()),
            Recording::Pending => {}
        }
        if Instant::now() >= deadline {
            let problem = Problem::new(503, "not-on-the-ledger-yet", "The ledger has not recorded it yet");
            return Err(problem.detail("ask the same again").retry_after(5));
        }
        // Told or not, the next look decides.
        let _ = timeout(LOOK, told).await;
    }
}
