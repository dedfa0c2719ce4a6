//! What became final in the last hour, by ten seconds, and how long the records that were submitted here took.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use kontor_ledger::time::Timestamp;
use serde::Serialize;

/// Milliseconds of one entry.
pub const SPAN: u64 = 10_000;

/// Entries kept: an hour.
pub const KEPT: usize = 360;

/// Latencies are counted by powers of two of a microsecond: none is longer than the last.
const CLASSES: usize = 32;

/// The last hour.
#[derive(Debug, Default)]
pub struct Activity(Mutex<VecDeque<Counted>>);

#[derive(Debug)]
struct Counted {
    from: u64,
    blocks: u64,
    accepted: u64,
    refused: u64,
    latencies: [u32; CLASSES],
}

/// Ten seconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Span {
    /// When they began, by this machine's clock.
    pub from: Timestamp,
    /// Blocks that became final.
    pub blocks: u64,
    /// Records that took effect.
    pub accepted: u64,
    /// Records that were refused.
    pub refused: u64,
    /// Milliseconds from admission here to finality here that half of the records submitted here took at most, to a
    /// power of two of a microsecond; none if none was.
    pub finality_p50: Option<f64>,
    /// The same for 99 of 100.
    pub finality_p99: Option<f64>,
}

impl Activity {
    /// Counts what a group of blocks brought.
    pub fn committed(&self, now: Timestamp, blocks: u64, accepted: u64, refused: u64) {
        self.count(now, |counted| {
            counted.blocks += blocks;
            counted.accepted += accepted;
            counted.refused += refused;
        });
    }

    /// Counts a record that was submitted here and took `latency`.
    pub fn submitted(&self, now: Timestamp, latency: Duration) {
        let micros = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX).max(1);
        let class = usize::try_from(micros.ilog2()).unwrap_or(CLASSES).min(CLASSES - 1);
        self.count(now, |counted| {
            if let Some(count) = counted.latencies.get_mut(class) {
                *count = count.saturating_add(1);
            }
        });
    }

    fn count(&self, now: Timestamp, add: impl FnOnce(&mut Counted)) {
        let from = now.as_millis() - now.as_millis() % SPAN;
        let mut spans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A clock that jumps back counts on where it was.
        if spans.back().is_none_or(|last| last.from < from) {
            let latencies = [0; CLASSES];
            spans.push_back(Counted { from, blocks: 0, accepted: 0, refused: 0, latencies });
        }
        while spans.len() > KEPT {
            spans.pop_front();
        }
        if let Some(last) = spans.back_mut() {
            add(last);
        }
    }

    /// The last hour, oldest first; times in which nothing happened are left out.
    pub fn last_hour(&self, now: Timestamp) -> Vec<Span> {
        let oldest = now.as_millis().saturating_sub(SPAN * KEPT as u64);
        let spans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        spans.iter().filter(|counted| counted.from >= oldest).map(Counted::show).collect()
    }
}

impl Counted {
    fn show(&self) -> Span {
        Span {
            from: Timestamp::from_millis(self.from).unwrap_or_default(),
            blocks: self.blocks,
            accepted: self.accepted,
            refused: self.refused,
            finality_p50: self.percentile(50),
            finality_p99: self.percentile(99),
        }
    }

    /// The upper bound of the class that holds the percentile, in milliseconds.
    fn percentile(&self, percent: u64) -> Option<f64> {
        let all: u64 = self.latencies.iter().map(|count| u64::from(*count)).sum();
        let rank = (all * percent).div_ceil(100);
        let mut seen = 0;
        for (class, count) in (1_u32..).zip(&self.latencies) {
            seen += u64::from(*count);
            if rank > 0 && seen >= rank {
                return Some(2_f64.powi(i32::try_from(class).unwrap_or(0)) / 1_000.0);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000 + millis).unwrap()
    }

    #[test]
    fn an_hour_is_kept_by_ten_seconds() {
        let activity = Activity::default();
        for second in 0..4_000 {
            activity.committed(at(second * 1_000), 1, 2, 1);
        }
        let hour = activity.last_hour(at(3_999_000));
        assert_eq!((hour.len(), hour[0].blocks, hour[0].accepted, hour[0].refused), (360, 10, 20, 10));
        assert_eq!(hour[359].from, at(3_990_000));
        assert!(activity.last_hour(at(9_000_000)).is_empty());
    }

    #[test]
    fn percentiles_are_bounds_of_their_class() {
        let activity = Activity::default();
        for _ in 0..98 {
            activity.submitted(at(0), Duration::from_micros(5_000));
        }
        for _ in 0..2 {
            activity.submitted(at(1), Duration::from_micros(300_000));
        }
        let shown = activity.last_hour(at(5_000));
        assert_eq!((shown[0].finality_p50, shown[0].finality_p99), (Some(8.192), Some(524.288)));
        activity.submitted(at(20_000), Duration::MAX);
        assert!(activity.last_hour(at(25_000))[1].finality_p50.is_some_and(|millis| millis > 1_000_000.0));
        activity.committed(at(40_000), 1, 0, 0);
        assert_eq!(activity.last_hour(at(40_000))[2].finality_p50, None);
    }
}
