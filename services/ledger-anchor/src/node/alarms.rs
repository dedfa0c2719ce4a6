//! Alarms: what people must look at, until its cause is gone.

use std::{
    collections::BTreeMap,
    sync::{MutexGuard, PoisonError},
};

use kontor_ledger::time::Timestamp;
use serde::Serialize;

use super::{Node, now};

/// What a node raises an alarm about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AlarmKind {
    /// This machine's clock and the validators' differ by more than the network allows.
    Clock,
    /// Validators certified two logs.
    Fork,
    /// Something on the disk is not what it was.
    Damaged,
    /// The data is older than what this validator has signed.
    OldCopy,
    /// The node stopped taking part, because it cannot trust its own data.
    Halted,
    /// The node's TLS certificate ends soon and is not renewed, or its revocation list is overdue.
    Certificate,
    /// The disk has little room.
    Disk,
    /// Records wait and nothing becomes final.
    Stalled,
    /// Other members' nodes are far ahead.
    Lag,
}

impl AlarmKind {
    /// Its name in JSON and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clock => "clock",
            Self::Fork => "fork",
            Self::Damaged => "damaged",
            Self::OldCopy => "old-copy",
            Self::Halted => "halted",
            Self::Certificate => "certificate",
            Self::Disk => "disk",
            Self::Stalled => "stalled",
            Self::Lag => "lag",
        }
    }
}

/// Something that people must look at.
#[derive(Debug, Clone, Serialize)]
pub struct Alarm {
    /// About what.
    pub kind: AlarmKind,
    /// In a sentence, with who and where.
    pub detail: String,
    /// Since when.
    pub since: Timestamp,
}

impl Node {
    /// Raises an alarm, which stays until the node is started anew or [`Node::lower`]; the first of a kind is kept.
    pub fn raise(&self, kind: AlarmKind, detail: &str) {
        self.note(kind, detail, false);
    }

    /// Raises an alarm whose latest word counts; since when it is raised stays.
    pub fn renew(&self, kind: AlarmKind, detail: &str) {
        self.note(kind, detail, true);
    }

    fn note(&self, kind: AlarmKind, detail: &str, latest: bool) {
        let mut alarms = self.lock_alarms();
        match alarms.get_mut(&kind) {
            Some(known) if latest && known.detail != detail => detail.clone_into(&mut known.detail),
            Some(_) => return,
            None => {
                alarms.insert(kind, Alarm { kind, detail: detail.to_owned(), since: now() });
            }
        }
        drop(alarms);
        tracing::error!(kind = kind.as_str(), detail, "alarm");
        self.show_alarm(kind, 1.0);
    }

    /// Takes an alarm back whose cause has gone.
    pub fn lower(&self, kind: AlarmKind) {
        if self.lock_alarms().remove(&kind).is_some() {
            tracing::info!(kind = kind.as_str(), "the alarm is over");
            self.show_alarm(kind, 0.0);
        }
    }

    fn show_alarm(&self, kind: AlarmKind, raised: f64) {
        self.0.metrics.gauge("kontor_alarm", "Alarms that are raised.", &[("kind", kind.as_str())], raised);
    }

    /// The alarms that are raised.
    pub fn alarms(&self) -> Vec<Alarm> {
        self.lock_alarms().values().cloned().collect()
    }

    fn lock_alarms(&self) -> MutexGuard<'_, BTreeMap<AlarmKind, Alarm>> {
        self.0.alarms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
