//! Telling people in time that the node's TLS certificate ends, or that revocations no longer arrive.

use kontor_chassis::{Shutdown, ca, renewal::CertificateStatus};
use tokio::{
    sync::watch,
    time::{Duration, sleep},
};

use crate::node::{AlarmKind, Node};

/// Time passes without the status changing.
const LOOK: Duration = Duration::from_secs(60);

/// Raises and lowers the alarm until told to stop.
pub async fn watch(node: Node, mut status: watch::Receiver<CertificateStatus>, shutdown: Shutdown) {
    loop {
        let alarm = status.borrow_and_update().alarm(ca::now());
        match alarm {
            Some(detail) => {
                // The last word, not the first one: an expired certificate says more than one that will expire.
                if node.alarms().iter().all(|known| known.kind != AlarmKind::Certificate || known.detail != detail) {
                    node.lower(AlarmKind::Certificate);
                    node.raise(AlarmKind::Certificate, &detail);
                }
            }
            None => node.lower(AlarmKind::Certificate),
        }
        let changed = async {
            tokio::select! {
                changed = status.changed() => {
                    // The keeper ends with the server, which ends with the signal.
                    if changed.is_err() {
                        std::future::pending::<()>().await;
                    }
                }
                () = sleep(LOOK) => {}
            }
        };
        if shutdown.run_until(changed).await.is_none() {
            return;
        }
    }
}
