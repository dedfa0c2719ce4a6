//! What a node has of the machine that it runs on: a clock, timers, and somebody to do its work.
//!
//! A node in production has the system's clock and tokio; in the simulation a seed decides both, so that whatever went
//! wrong once goes wrong again.

use std::{
    future::Future,
    pin::pin,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use futures::future::{BoxFuture, Either, select};
use kontor_ledger::time::Timestamp;
use tokio::sync::oneshot;

/// A clock, timers, and somebody to do the work.
pub trait Host: Send + Sync + 'static {
    /// What the clock says.
    fn now(&self) -> SystemTime;

    /// Completes after `duration`.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;

    /// Runs a task; nobody waits for it.
    fn spawn(&self, task: BoxFuture<'static, ()>);

    /// Does work that may take long, where it holds up no task.
    fn work(&self, work: Box<dyn FnOnce() + Send>);
}

/// The system's clock, and the tokio runtime that the caller is in.
pub struct Tokio;

impl Host for Tokio {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }

    fn spawn(&self, task: BoxFuture<'static, ()>) {
        tokio::spawn(task);
    }

    fn work(&self, work: Box<dyn FnOnce() + Send>) {
        tokio::task::spawn_blocking(work);
    }
}

/// The clock as the ledger counts time.
pub fn timestamp(host: &dyn Host) -> Timestamp {
    let millis = host.now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
    Timestamp::from_millis(u64::try_from(millis).unwrap_or(0)).unwrap_or_default()
}

/// Has work done; `None` if the host stopped before.
pub async fn done<T: Send + 'static>(host: &dyn Host, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (sender, receiver) = oneshot::channel();
    host.work(Box::new(move || {
        let _ = sender.send(work());
    }));
    receiver.await.ok()
}

/// What comes of `future` before `timer`, which several may share, has run off.
pub async fn before<T>(timer: &mut BoxFuture<'static, ()>, future: impl Future<Output = T>) -> Option<T> {
    match select(pin!(future), timer).await {
        Either::Left((outcome, _)) => Some(outcome),
        Either::Right(_) => None,
    }
}
