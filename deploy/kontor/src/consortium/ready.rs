//! Waiting until services answer that they are ready.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::{ConsortiumError, manifest::ServiceEntry};

/// How long all services together may take until they are ready.
const READY: Duration = Duration::from_secs(60);

/// Time between questions.
const POLL: Duration = Duration::from_millis(50);

pub(super) fn client() -> Result<reqwest::Client, ConsortiumError> {
    kontor_chassis::client::plain().map_err(|error| ConsortiumError::Start(error.to_string()))
}

pub(super) fn deadline() -> Instant {
    Instant::now() + READY
}

/// Waits for one service; `ended` says why there is nothing to wait for any more.
pub(super) async fn wait(
    http: &reqwest::Client,
    entry: &ServiceEntry,
    deadline: Instant,
    mut ended: impl FnMut() -> Option<String>,
) -> Result<(), ConsortiumError> {
    let name = entry.title();
    let url = format!("{}/health/ready", entry.public);
    loop {
        if let Some(reason) = ended() {
            return Err(ConsortiumError::Start(format!("{name} {reason}")));
        }
        if http.get(&url).send().await.is_ok_and(|answer| answer.status().is_success()) {
            return Ok(());
        }
        if Instant::now() > deadline {
            return Err(ConsortiumError::Start(format!("{name} is not ready after {} s", READY.as_secs())));
        }
        sleep(POLL).await;
    }
}
