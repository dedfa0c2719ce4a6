//! Rows of figures.

use serde::{Serialize, Serializer, ser::SerializeStruct as _};
use serde_json::{Value, json};

use super::{growth::Tenth, machine::Machine, saturation::Step};
use crate::commands::say;

/// What a figure should be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Goal {
    /// At least this.
    AtLeast(f64),
    /// Below this.
    Below(f64),
}

/// One figure.
#[derive(Debug, Clone)]
pub struct Row {
    /// What was measured.
    pub name: String,
    /// The figure.
    pub value: f64,
    /// Its unit.
    pub unit: &'static str,
    /// What it should be.
    pub goal: Option<Goal>,
    /// What it was measured against in the same run.
    pub baseline: Option<String>,
}

impl Row {
    /// A figure without a target.
    pub fn plain(name: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self { name: name.into(), value, unit, goal: None, baseline: None }
    }

    /// A figure that should be at least `least`.
    pub fn at_least(name: impl Into<String>, value: f64, unit: &'static str, least: f64) -> Self {
        Self { goal: Some(Goal::AtLeast(least)), ..Self::plain(name, value, unit) }
    }

    /// A figure that should be below `limit`.
    pub fn below(name: impl Into<String>, value: f64, unit: &'static str, limit: f64) -> Self {
        Self { goal: Some(Goal::Below(limit)), ..Self::plain(name, value, unit) }
    }

    /// How many times as fast as `baseline`, which was measured in the same run; should be at least `least` times.
    pub fn times(name: impl Into<String>, value: f64, least: f64, baseline: String) -> Self {
        Self { baseline: Some(baseline), ..Self::at_least(name, value, "×", least) }
    }

    /// The target as it is printed.
    pub fn target(&self) -> Option<String> {
        let factor = if self.unit == "×" { " ×" } else { "" };
        self.goal.map(|goal| match goal {
            Goal::AtLeast(least) => format!("≥ {least}{factor}"),
            Goal::Below(limit) => format!("< {limit}{factor}"),
        })
    }

    /// Whether the target is met.
    pub fn met(&self) -> Option<bool> {
        self.goal.map(|goal| match goal {
            Goal::AtLeast(least) => self.value >= least,
            Goal::Below(limit) => self.value < limit,
        })
    }
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut row = serializer.serialize_struct("Row", 6)?;
        row.serialize_field("name", &self.name)?;
        row.serialize_field("value", &self.value)?;
        row.serialize_field("unit", self.unit)?;
        match (self.target(), self.met()) {
            (Some(target), Some(met)) => {
                row.serialize_field("target", &target)?;
                row.serialize_field("met", &met)?;
            }
            _ => {
                row.skip_field("target")?;
                row.skip_field("met")?;
            }
        }
        match &self.baseline {
            Some(baseline) => row.serialize_field("baseline", baseline)?,
            None => row.skip_field("baseline")?,
        }
        row.end()
    }
}

/// All that one run measured.
#[derive(Debug)]
pub struct Figures {
    /// What it ran on.
    pub machine: Machine,
    /// Figures that stand for themselves.
    pub rows: Vec<Row>,
    /// Throughput and latency against the load offered.
    pub steps: Vec<Step>,
    /// What becomes of a growing log; empty if that was not asked for.
    pub tenths: Vec<Tenth>,
    /// What could not be measured, and why.
    pub notices: Vec<String>,
}

impl Figures {
    /// Every figure as a row.
    pub fn all(&self) -> Vec<Row> {
        let steps = self.steps.iter().flat_map(Step::rows);
        let tenths = self.tenths.iter().flat_map(Tenth::rows);
        self.rows.iter().cloned().chain(steps).chain(tenths).collect()
    }

    /// `{ "machine": {…}, "rows": […] }`.
    pub fn json(&self) -> Value {
        json!({ "machine": self.machine, "rows": self.all() })
    }

    /// What stands over the figures.
    pub fn headline(&self) -> String {
        let Machine { cpu, cores, memory_mib, kernel, sync_p50_ms, nodes, signatures, debug_build } = &self.machine;
        let slow = if *debug_build { "\nbuilt without optimisation: these figures say little" } else { "" };
        format!(
            "{cpu}, {cores} cores, {memory_mib} MiB, Linux {kernel}, sync p50 {sync_p50_ms:.2} ms\n\
             {nodes} nodes; {signatures}{slow}"
        )
    }

    fn text(&self) -> Vec<String> {
        let mut lines = vec![self.headline(), String::new()];
        for row in &self.rows {
            let target = row.target().unwrap_or_default();
            let met = row.met().map_or("", |met| if met { "met" } else { "not met" });
            let line = format!("{:<72} {:>10.2} {:<10} {target:<10} {met}", row.name, row.value, row.unit);
            lines.push(line.trim_end().to_owned());
        }
        if !self.steps.is_empty() {
            lines.push(String::new());
            lines.push(Step::HEADER.to_owned());
            lines.extend(self.steps.iter().map(Step::to_string));
        }
        if !self.tenths.is_empty() {
            lines.push(String::new());
            lines.push(Tenth::HEADER.to_owned());
            lines.extend(self.tenths.iter().map(Tenth::to_string));
        }
        if !self.notices.is_empty() {
            lines.push(String::new());
            lines.extend(self.notices.iter().map(|notice| format!("not measured: {notice}")));
        }
        lines
    }

    /// Prints a table, or JSON.
    pub fn print(&self, as_json: bool) {
        if as_json {
            say(self.json());
            for notice in &self.notices {
                eprintln!("not measured: {notice}");
            }
        } else {
            say(self.text().join("\n"));
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::figures) fn figures() -> Figures {
        let step = |under_way, rate| Step { under_way, rate, p50: 40.0, p99: 90.5 };
        let tenth = |records, receipt_p50| Tenth {
            records,
            rate: 8_000.0,
            receipt_p50,
            receipt_p99: 1.5,
            disk: 1_234.5,
            memory: 300.0,
        };
        Figures {
            machine: Machine {
                cpu: "A <fast> & \"small\" one".to_owned(),
                cores: 2,
                memory_mib: 2_048,
                kernel: "6.1".to_owned(),
                sync_p50_ms: 0.25,
                nodes: 4,
                signatures: "Ed25519".to_owned(),
                debug_build: false,
            },
            rows: vec![
                Row::plain("payload", 612.0, "bytes"),
                Row::below("latency", 12.0, "ms", 10.0),
                Row::times("against a <database>", 1.5, 1.0, "a database: 1000 rows/s".to_owned()),
            ],
            steps: vec![step(1, 2_000.0), step(2, 3_500.0)],
            tenths: vec![tenth(1_000, 0.5), tenth(2_000, 1.25)],
            notices: vec!["a third thing".to_owned()],
        }
    }

    #[test]
    fn targets_and_baselines_stand_in_the_json_only_where_there_are_some() {
        let json = figures().json();
        assert_eq!(json["machine"]["signatures"], "Ed25519");
        assert_eq!(json["rows"][0], json!({ "name": "payload", "value": 612.0, "unit": "bytes" }));
        let missed = json!({ "name": "latency", "value": 12.0, "unit": "ms", "target": "< 10", "met": false });
        assert_eq!(json["rows"][1], missed);
        assert_eq!(
            json["rows"][2],
            json!({
                "name": "against a <database>", "value": 1.5, "unit": "×", "target": "≥ 1 ×", "met": true,
                "baseline": "a database: 1000 rows/s",
            })
        );
        assert_eq!(json.as_object().map(serde_json::Map::len), Some(2));
    }

    #[test]
    fn steps_and_tenths_are_rows_too() {
        let rows = figures().all();
        assert_eq!(rows.len(), 3 + 2 * 3 + 2 * 5);
        let missed: Vec<&str> =
            rows.iter().filter(|row| row.met() == Some(false)).map(|row| row.name.as_str()).collect();
        assert_eq!(missed, ["latency", "growth to 2000 records: receipt, p50"]);
    }

    #[test]
    fn limits_are_exclusive_below_and_inclusive_above() {
        assert_eq!(Row::below("", 1.0, "s", 1.0).met(), Some(false));
        assert_eq!(Row::at_least("", 1.0, "s", 1.0).met(), Some(true));
        assert_eq!(Row::at_least("", f64::NAN, "s", 1.0).met(), Some(false));
    }

    #[test]
    fn the_text_has_every_table_and_notice() {
        let text = figures().text().join("\n");
        for part in ["sync p50 0.25 ms", "not met", Step::HEADER, Tenth::HEADER, "not measured: a third thing"] {
            assert!(text.contains(part), "{part} is missing in {text}");
        }
    }
}
