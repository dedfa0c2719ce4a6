//! Load raised step by step until the network takes no more.

use std::fmt;

use super::{load, nodes::Nodes, report::Row};

/// Batches on the way in all, step by step.
const STEPS: [usize; 6] = [1, 2, 4, 8, 16, 32];

/// A step whose throughput is not this many times the last one's is the end.
const GROWTH: f64 = 1.05;

/// One step.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Batches on the way in all.
    pub under_way: usize,
    /// Records per second.
    pub rate: f64,
    /// Median of the milliseconds that a batch took to be final.
    pub p50: f64,
    /// 99th percentile of these.
    pub p99: f64,
}

impl Step {
    /// What stands over the steps.
    pub const HEADER: &'static str = "batches on the way    records/s    final p50 ms    final p99 ms";

    /// The step's figures as rows.
    pub fn rows(&self) -> Vec<Row> {
        let name = format!("saturation, {} batches on the way", self.under_way);
        vec![
            Row::plain(format!("{name}: sustained"), self.rate, "records/s"),
            Row::plain(format!("{name}: batch final, p50"), self.p50, "ms"),
            Row::plain(format!("{name}: batch final, p99"), self.p99, "ms"),
        ]
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>18} {:>12.2} {:>15.2} {:>15.2}", self.under_way, self.rate, self.p50, self.p99)
    }
}

/// The last step that was worth it: the one before throughput stopped to grow; none if it did not stop.
pub fn knee(steps: &[Step]) -> Option<&Step> {
    let pair = steps.windows(2).find(|pair| matches!(pair, [one, next] if next.rate < one.rate * GROWTH))?;
    pair.first()
}

/// Records of a step: twice as many batches as are on the way at least, or they never were.
fn step_records(under_way: usize, least: usize) -> usize {
    least.max(under_way * load::BATCH * 2)
}

/// Sends the mix, at least `records` of it at each step, with more and more batches on the way; the steps, and rows for the knee.
///
/// # Errors
/// One line saying what did not work.
pub async fn measure(nodes: &Nodes, records: usize) -> Result<(Vec<Step>, Vec<Row>), String> {
    let mut steps = Vec::new();
    for under_way in STEPS {
        let each = step_records(under_way, records) / nodes.banks.len().max(1);
        let (before, mixed) = load::mix(nodes, each).await?;
        load::send("registrations", nodes, before, load::UNDER_WAY).await?;
        let mut sent = load::send(&format!("the mix, {under_way} batches on the way"), nodes, mixed, under_way).await?;
        steps.push(Step { under_way, rate: sent.rate(), p50: sent.latency(50), p99: sent.latency(99) });
        if knee(&steps).is_some() {
            break;
        }
    }
    let rows = rows(&steps);
    Ok((steps, rows))
}

fn rows(steps: &[Step]) -> Vec<Row> {
    let Some(knee) = knee(steps) else { return Vec::new() };
    vec![
        Row::plain("saturation: batches on the way at the knee", knee.under_way as f64, "batches"),
        Row::plain("saturation: sustained at the knee", knee.rate, "records/s"),
        Row::plain("saturation: batch final at the knee, p99", knee.p99, "ms"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(rates: &[f64]) -> Vec<Step> {
        STEPS.iter().zip(rates).map(|(&under_way, &rate)| Step { under_way, rate, p50: 1.0, p99: 2.0 }).collect()
    }

    #[test]
    fn the_knee_is_the_step_before_throughput_stops_to_grow() {
        let found = |rates: &[f64]| knee(&steps(rates)).map(|step| step.under_way);
        assert_eq!(found(&[]), None);
        assert_eq!(found(&[100.0]), None);
        assert_eq!(found(&[100.0, 200.0, 400.0]), None);
        assert_eq!(found(&[100.0, 200.0, 209.0]), Some(2));
        assert_eq!(found(&[100.0, 200.0, 211.0]), None);
        assert_eq!(found(&[100.0, 90.0]), Some(1));
    }

    #[test]
    fn a_step_has_more_batches_than_are_on_the_way() {
        assert_eq!(step_records(2, 10_000), 10_000);
        assert_eq!(step_records(32, 10_000), 32_000);
    }

    #[test]
    fn rows_tell_of_the_knee_only_if_there_is_one() {
        assert!(rows(&steps(&[100.0, 200.0])).is_empty());
        let rows = rows(&steps(&[100.0, 200.0, 150.0]));
        assert_eq!(rows.iter().map(|row| row.value).collect::<Vec<_>>(), [2.0, 200.0, 2.0]);
    }
}
