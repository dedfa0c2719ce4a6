//! Wakes requests that wait for a background job's result; the result itself is in the database.

use std::time::Duration;

use tokio::{sync::watch, time::Instant};

/// How often to look without being woken: another process may have done the work.
const POLL: Duration = Duration::from_millis(200);

/// Something changed; clones share it.
#[derive(Clone)]
pub struct Changes(watch::Sender<u64>);

impl Default for Changes {
    fn default() -> Self {
        Self(watch::Sender::new(0))
    }
}

impl Changes {
    /// Wakes everyone who waits.
    pub fn note(&self) {
        self.0.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Looks again after every change until `look` finds something or time is up; the last look's answer.
    ///
    /// # Errors
    /// As `look`.
    pub async fn wait<T, E, F>(&self, patience: Duration, mut look: impl FnMut() -> F) -> Result<Option<T>, E>
    where
        F: Future<Output = Result<Option<T>, E>>,
    {
        let deadline = Instant::now() + patience;
        let mut changes = self.0.subscribe();
        loop {
            if let Some(found) = look().await? {
                return Ok(Some(found));
            }
            if Instant::now() >= deadline {
                return Ok(None);
            }
            let until = deadline.min(Instant::now() + POLL);
            // Either way it is time to look again.
            let _ = tokio::time::timeout_at(until, changes.changed()).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        convert::Infallible,
        sync::atomic::{AtomicU32, Ordering},
    };

    use super::*;

    #[tokio::test]
    async fn waits_for_the_result_or_the_end_of_patience() {
        let changes = Changes::default();
        let looks = AtomicU32::new(0);
        let look = || async {
            changes.note();
            Ok::<_, Infallible>((looks.fetch_add(1, Ordering::Relaxed) == 2).then_some("found"))
        };
        assert_eq!(changes.wait(Duration::from_secs(5), look).await, Ok(Some("found")));
        let never = || async { Ok::<Option<()>, Infallible>(None) };
        assert_eq!(changes.wait(Duration::from_millis(20), never).await, Ok(None));
    }
}
