//! Alarms: what people must look at, until its cause is gone.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::{MutexGuard, PoisonError},
};

use kontor_ledger::{member::MemberId, time::Timestamp};
use kontor_sealing::PublicKey;
use serde::Serialize;

use super::{Node, now};
use crate::ordering::Fault;

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
    /// A member's validator signed two votes that exclude each other.
    Equivocation,
    /// A member's validator proposed a block that can never become valid.
    WrongBlock,
    /// A member's validator sent what no honest one sends.
    WrongMessage,
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
            Self::Equivocation => "equivocation",
            Self::WrongBlock => "wrong-block",
            Self::WrongMessage => "wrong-message",
        }
    }
}

/// Something that people must look at.
#[derive(Debug, Clone, Serialize)]
pub struct Alarm {
    /// About what.
    pub kind: AlarmKind,
    /// Whose validator did it, if it was one's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<MemberId>,
    /// In a sentence, with who and where.
    pub detail: String,
    /// Since when.
    pub since: Timestamp,
}

impl Node {
    /// Raises an alarm, which stays until the node is started anew or [`Node::lower`]; the first of a kind is kept.
    pub fn raise(&self, kind: AlarmKind, detail: &str) {
        self.note(kind, None, false, || detail.to_owned());
    }

    /// Raises an alarm whose latest word counts; since when it is raised stays.
    pub fn renew(&self, kind: AlarmKind, detail: &str) {
        self.note(kind, None, true, || detail.to_owned());
    }

    /// Raises an alarm that names whose validator did what no honest one does.
    pub fn raise_against(&self, validator: &PublicKey, fault: Fault) {
        let member = self.holder(validator).unwrap_or_else(|error| {
            tracing::error!(%error, "cannot tell whose a validator key is");
            None
        });
        let who = || member.map_or_else(|| format!("validator {validator}"), |member| format!("{member}'s validator"));
        let kind = match fault {
            Fault::Equivocation { .. } => AlarmKind::Equivocation,
            Fault::Block { .. } => AlarmKind::WrongBlock,
            Fault::Message(_) => AlarmKind::WrongMessage,
        };
        self.note(kind, member, false, || match fault {
            Fault::Equivocation { view } => {
                let epoch = self.epoch().number;
                format!("{} signed two votes that exclude each other, in view {view} of epoch {epoch}", who())
            }
            Fault::Block { height, why } => {
                format!("{} proposed a block of height {height} that can never become valid: {why}", who())
            }
            Fault::Message(what) => format!("{} sent what does not hold: {what}", who()),
        });
    }

    /// The first of a kind and member is logged and kept, the others are counted: who misbehaves a thousand times a
    /// second fills nobody's disk.
    fn note(&self, kind: AlarmKind, member: Option<MemberId>, latest: bool, detail: impl FnOnce() -> String) {
        let code = member.map(|member| member.to_string()).unwrap_or_default();
        let labels = [("kind", kind.as_str()), ("member", code.as_str())];
        let mut alarms = self.lock_alarms();
        // What is looked at every second is one reason as long as it stands.
        if !(latest && alarms.contains_key(&(kind, member))) {
            self.0.metrics.count("kontor_alarms_total", "Reasons for alarms, by kind and member named.", &labels, 1);
        }
        let detail = match alarms.entry((kind, member)) {
            Entry::Occupied(_) if !latest => return,
            Entry::Occupied(mut known) => {
                let detail = detail();
                if known.get().detail == detail {
                    return;
                }
                known.get_mut().detail.clone_from(&detail);
                detail
            }
            Entry::Vacant(place) => place.insert(Alarm { kind, member, detail: detail(), since: now() }).detail.clone(),
        };
        drop(alarms);
        tracing::error!(kind = kind.as_str(), member = code, detail, "alarm");
        self.show_alarm(&labels, 1.0);
    }

    /// Takes an alarm back whose cause has gone.
    pub fn lower(&self, kind: AlarmKind) {
        if self.lock_alarms().remove(&(kind, None)).is_some() {
            tracing::info!(kind = kind.as_str(), "the alarm is over");
            self.show_alarm(&[("kind", kind.as_str()), ("member", "")], 0.0);
        }
    }

    fn show_alarm(&self, labels: &[(&str, &str)], raised: f64) {
        self.0.metrics.gauge("kontor_alarm", "Alarms that are raised.", labels, raised);
    }

    /// The alarms that are raised.
    pub fn alarms(&self) -> Vec<Alarm> {
        self.lock_alarms().values().cloned().collect()
    }

    fn lock_alarms(&self) -> MutexGuard<'_, BTreeMap<(AlarmKind, Option<MemberId>), Alarm>> {
        self.0.alarms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
