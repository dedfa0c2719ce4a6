//! Counters, gauges and histograms of one service instance, in the Prometheus text format.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Upper bounds of the histogram buckets, in seconds.
const BUCKETS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

/// A registry; clones share it. Services running in one process each have their own.
#[derive(Clone, Default)]
pub struct Metrics(Arc<Mutex<BTreeMap<&'static str, Family>>>);

struct Family {
    help: &'static str,
    kind: Kind,
    series: BTreeMap<String, Series>,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Counter,
    Gauge,
    Histogram,
}

#[derive(Default)]
struct Series {
    value: f64,
    buckets: [u64; BUCKETS.len()],
    count: u64,
}

impl Metrics {
    /// An empty registry.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds to a counter (name it `kontor_…_total`).
    pub fn count(&self, name: &'static str, help: &'static str, labels: &[(&str, &str)], by: u64) {
        self.with(name, help, Kind::Counter, labels, |series| series.value += by as f64);
    }

    /// Sets a gauge.
    pub fn gauge(&self, name: &'static str, help: &'static str, labels: &[(&str, &str)], value: f64) {
        self.with(name, help, Kind::Gauge, labels, |series| series.value = value);
    }

    /// Records a duration in seconds (name it `kontor_…_seconds`).
    pub fn observe(&self, name: &'static str, help: &'static str, labels: &[(&str, &str)], seconds: f64) {
        self.with(name, help, Kind::Histogram, labels, |series| {
            series.value += seconds;
            series.count += 1;
            for (bucket, bound) in series.buckets.iter_mut().zip(BUCKETS) {
                *bucket += u64::from(seconds <= bound);
            }
        });
    }

    /// The sum of a counter or gauge over all its labels.
    pub fn total(&self, name: &str) -> f64 {
        self.lock().get(name).map_or(0.0, |family| family.series.values().map(|series| series.value).sum())
    }

    /// Everything in the text exposition format, version 0.0.4.
    pub fn render(&self) -> String {
        let mut text = String::new();
        for (name, family) in self.lock().iter() {
            render_family(&mut text, name, family);
        }
        text
    }

    fn with(
        &self,
        name: &'static str,
        help: &'static str,
        kind: Kind,
        labels: &[(&str, &str)],
        change: impl FnOnce(&mut Series),
    ) {
        let mut families = self.lock();
        let family = families.entry(name).or_insert_with(|| Family { help, kind, series: BTreeMap::new() });
        debug_assert!(family.kind == kind, "{name} is used as two kinds of metric");
        change(family.series.entry(label_text(labels)).or_default());
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, Family>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn label_text(labels: &[(&str, &str)]) -> String {
    let escape = |value: &str| value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escape(value))).collect::<Vec<_>>().join(",")
}

fn render_family(text: &mut String, name: &str, family: &Family) {
    let kind = match family.kind {
        Kind::Counter => "counter",
        Kind::Gauge => "gauge",
        Kind::Histogram => "histogram",
    };
    // Writing to a String cannot fail.
    let _ = writeln!(text, "# HELP {name} {}\n# TYPE {name} {kind}", family.help);
    for (labels, series) in &family.series {
        let braced = if labels.is_empty() { String::new() } else { format!("{{{labels}}}") };
        if family.kind != Kind::Histogram {
            let _ = writeln!(text, "{name}{braced} {}", series.value);
            continue;
        }
        let comma = if labels.is_empty() { "" } else { "," };
        for (bound, count) in BUCKETS.iter().zip(series.buckets) {
            let _ = writeln!(text, "{name}_bucket{{{labels}{comma}le=\"{bound}\"}} {count}");
        }
        let _ = writeln!(text, "{name}_bucket{{{labels}{comma}le=\"+Inf\"}} {}", series.count);
        let _ = writeln!(text, "{name}_sum{braced} {}\n{name}_count{braced} {}", series.value, series.count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renders_the_text_format() {
        let metrics = Metrics::new();
        metrics.count("kontor_things_total", "Things.", &[("kind", "a\"b")], 2);
        metrics.observe("kontor_wait_seconds", "Waits.", &[], 0.004);
        let text = metrics.render();
        assert!(
            text.contains("# TYPE kontor_things_total counter\nkontor_things_total{kind=\"a\\\"b\"} 2\n"),
            "{text}"
        );
        assert!(text.contains("kontor_wait_seconds_bucket{le=\"0.0025\"} 0\n"), "{text}");
        assert!(text.contains("kontor_wait_seconds_bucket{le=\"0.005\"} 1\n"), "{text}");
        assert!(text.contains("kontor_wait_seconds_count 1\n"), "{text}");
        assert_eq!(metrics.total("kontor_things_total"), 2.0);
    }
}
