//! The token by which everything that runs in the background learns that it is time to end.

use std::sync::Arc;

use tokio::sync::watch;

/// A cloneable stop signal: triggered once, seen by every clone, also by those that look later.
#[derive(Clone)]
pub struct Shutdown(Arc<watch::Sender<bool>>);

impl Shutdown {
    /// A signal that nobody has triggered.
    pub fn new() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }

    /// Tells everyone to stop.
    pub fn trigger(&self) {
        self.0.send_replace(true);
    }

    /// Whether it was triggered.
    pub fn is_triggered(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is triggered.
    pub async fn triggered(&self) {
        let mut receiver = self.0.subscribe();
        // The sender lives as long as self, so the wait can only end by the value.
        let _ = receiver.wait_for(|stop| *stop).await;
    }

    /// Runs a future until it completes or the signal comes, whichever is first.
    pub async fn run_until<F: Future>(&self, future: F) -> Option<F::Output> {
        tokio::select! {
            biased;
            () = self.triggered() => None,
            output = future => Some(output),
        }
    }

    /// Waits for Ctrl-C or a termination signal to this process.
    pub async fn on_signal() -> std::io::Result<()> {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            result = tokio::signal::ctrl_c() => result,
            _ = terminate.recv() => Ok(()),
        }
    }
}

impl Default for Shutdown {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn clones_see_the_signal_early_and_late() {
        let shutdown = Shutdown::new();
        let waiter = tokio::spawn({
            let shutdown = shutdown.clone();
            async move { shutdown.triggered().await }
        });
        assert_eq!(shutdown.run_until(async { 1 }).await, Some(1));
        shutdown.trigger();
        waiter.await.expect("waiter ends");
        shutdown.clone().triggered().await;
        assert!(shutdown.run_until(std::future::pending::<()>()).await.is_none());
    }
}
