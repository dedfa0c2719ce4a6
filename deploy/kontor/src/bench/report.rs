//! Rows of figures beside their targets, for people and as JSON.

use std::{fmt::Write as _, time::Duration};

use serde::Serialize;
use serde_json::json;

use super::machine::Machine;

/// One figure.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    name: String,
    value: f64,
    unit: &'static str,
    target: Option<String>,
    met: Option<bool>,
}

impl Row {
    /// A figure without a target.
    pub fn new(name: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self { name: name.into(), value: rounded(value), unit, target: None, met: None }
    }

    /// It should be below `limit`.
    #[must_use]
    pub fn below(self, limit: f64) -> Self {
        let met = self.value < limit;
        Self { target: Some(format!("< {limit}")), met: Some(met), ..self }
    }

    /// It should be at least `limit`.
    #[must_use]
    pub fn at_least(self, limit: f64) -> Self {
        let met = self.value >= limit;
        Self { target: Some(format!("≥ {limit}")), met: Some(met), ..self }
    }

    /// It should be exactly `wanted`.
    #[must_use]
    pub fn exactly(self, wanted: f64) -> Self {
        let met = (self.value - wanted).abs() < f64::EPSILON;
        Self { target: Some(wanted.to_string()), met: Some(met), ..self }
    }
}

/// Three significant digits after the decimal point are more than a measurement has.
fn rounded(value: f64) -> f64 {
    let factor = if value.abs() >= 100.0 { 1.0 } else { 100.0 };
    (value * factor).round() / factor
}

/// The value below which `percent` of the durations lie, in milliseconds; sorts them. 0 for none.
pub fn percentile(times: &mut [Duration], percent: usize) -> f64 {
    times.sort_unstable();
    let place = (times.len() * percent / 100).min(times.len().saturating_sub(1));
    times.get(place).map_or(0.0, |time| time.as_secs_f64() * 1_000.0)
}

/// The figures as one JSON object.
pub fn json(machine: &Machine, rows: &[Row]) -> String {
    json!({ "machine": machine, "rows": rows }).to_string()
}

/// The figures as a table.
pub fn table(machine: &Machine, rows: &[Row]) -> String {
    let mut text = format!(
        "{} · {} cores · {} MiB · Linux {} · {}, synced in {} ms · {} · load before {}\n\n",
        machine.cpu,
        machine.cores,
        machine.memory_mib,
        machine.kernel,
        machine.file_system,
        rounded(machine.sync_ms),
        machine.signatures,
        machine.load_before,
    );
    let widest = rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
    for row in rows {
        let name = format!("{}{}", row.name, " ".repeat(widest - row.name.chars().count()));
        let target = match (&row.target, row.met) {
            (Some(target), Some(true)) => format!("{target} ✓"),
            (Some(target), _) => format!("{target} ✗"),
            (None, _) => String::new(),
        };
        let line = format!("{name}  {:>10} {:<10} {target}", row.value, row.unit);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_know_whether_they_met_their_target() {
        assert_eq!(Row::new("a", 9.994, "ms").below(10.0).met, Some(true));
        assert_eq!(Row::new("a", 9.996, "ms").below(10.0).met, Some(false));
        assert_eq!(Row::new("a", 10_000.4, "records/s").at_least(10_000.0).met, Some(true));
        assert_eq!(Row::new("a", 1.0, "records").exactly(0.0).met, Some(false));
    }

    #[test]
    fn percentiles() {
        let mut times: Vec<Duration> = (1..=100).rev().map(Duration::from_millis).collect();
        assert_eq!((percentile(&mut times, 50), percentile(&mut times, 99)), (51.0, 100.0));
        assert_eq!(percentile(&mut [], 50), 0.0);
    }
}
