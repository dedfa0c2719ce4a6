//! Rows of figures.

use serde::Serialize;
use serde_json::json;

use super::machine::Machine;
use crate::commands::say;

/// One figure.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// What was measured.
    pub name: String,
    /// The figure.
    pub value: f64,
    /// Its unit.
    pub unit: &'static str,
    /// What it should be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// What it is compared with, in the same unit and run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline: Option<f64>,
    /// Whether it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub met: Option<bool>,
}

impl Row {
    /// A figure without a target.
    pub fn plain(name: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self { name: name.into(), value, unit, target: None, baseline: None, met: None }
    }

    /// A figure that should be at least `least`.
    pub fn at_least(name: impl Into<String>, value: f64, unit: &'static str, least: f64) -> Self {
        Self { target: Some(format!("≥ {least}")), met: Some(value >= least), ..Self::plain(name, value, unit) }
    }

    /// A figure that should be below `limit`.
    pub fn below(name: impl Into<String>, value: f64, unit: &'static str, limit: f64) -> Self {
        Self { target: Some(format!("< {limit}")), met: Some(value < limit), ..Self::plain(name, value, unit) }
    }
}

/// Prints a table, or JSON.
pub fn print(machine: &Machine, rows: &[Row], as_json: bool) {
    if as_json {
        say(json!({ "machine": machine, "rows": rows }));
        return;
    }
    let Machine { cpu, cores, memory_mib, kernel, sync_p50_ms, debug_build } = machine;
    say(format_args!("{cpu}, {cores} cores, {memory_mib} MiB, Linux {kernel}, sync p50 {sync_p50_ms:.2} ms"));
    if *debug_build {
        say("built without optimisation: these figures say little");
    }
    say("");
    for row in rows {
        let target = row.target.as_deref().unwrap_or_default();
        let met = row.met.map_or("", |met| if met { "met" } else { "not met" });
        say(format_args!("{:<72} {:>10.2} {:<10} {target:<10} {met}", row.name, row.value, row.unit));
    }
}
