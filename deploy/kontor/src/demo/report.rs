//! Steps as they happen.

use std::time::Instant;

use serde::Serialize;

use crate::commands::say;

/// One step that held.
#[derive(Debug, Clone, Serialize)]
pub struct Step {
    /// What happened.
    pub name: String,
    /// How long it took.
    pub milliseconds: u64,
    /// What was seen.
    pub detail: String,
}

/// The steps so far; printed as they happen unless JSON is wanted in the end.
pub struct Report {
    steps: Vec<Step>,
    since: Instant,
    json: bool,
}

impl Report {
    /// Starts the clock.
    pub fn new(json: bool) -> Self {
        Self { steps: Vec::new(), since: Instant::now(), json }
    }

    /// A chapter's heading.
    pub fn heading(&self, text: &str) {
        if !self.json {
            say(format_args!("\n{text}"));
        }
    }

    /// A step that held.
    pub fn step(&mut self, name: &str, detail: impl Into<String>) {
        let step = Step {
            name: name.to_owned(),
            milliseconds: u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX),
            detail: detail.into(),
        };
        if !self.json {
            say(format_args!("  {:>7} ms  {:<62} {}", step.milliseconds, step.name, step.detail));
        }
        self.steps.push(step);
        self.since = Instant::now();
    }

    /// The end, as JSON if that is wanted.
    pub fn end(&self, outcome: Result<(), &str>) {
        let total: u64 = self.steps.iter().map(|step| step.milliseconds).sum();
        if self.json {
            say(serde_json::json!({
                "held": outcome.is_ok(), "failure": outcome.err(), "milliseconds": total, "steps": self.steps,
            }));
        } else if outcome.is_ok() {
            say(format_args!(
                "\nAll {} steps held, in {:.1} s.",
                self.steps.len(),
                std::time::Duration::from_millis(total).as_secs_f64()
            ));
        }
    }
}
