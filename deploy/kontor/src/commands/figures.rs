//! `kontor bench`: figures of this machine.

use std::time::Duration;

use clap::{Args, Subcommand};

use super::runtime;
use crate::figures::{machine::Machine, measure, report};

/// Measures what this machine does.
#[derive(Debug, Args)]
pub struct Bench {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Ledger(Ledger),
}

/// Four nodes as processes on this machine and its disk: every signature verified, every rule applied.
#[derive(Debug, Args)]
#[command(after_help = "Example: kontor bench ledger --json\n\
    The network lives in a temporary folder below TMPDIR: name a real disk there.")]
struct Ledger {
    /// Records of each kind of load.
    #[arg(long, value_name = "N", default_value_t = 40_000)]
    records: usize,
    /// Seconds during which nothing is done, at least; 1200 for figures that count.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..))]
    idle: u64,
    /// Records by which the log grows at the end, in ten parts; 1000000 for figures that count.
    #[arg(long, value_name = "N", default_value_t = 0)]
    growth: usize,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

impl Bench {
    /// Runs the call.
    pub fn run(self) -> Result<(), String> {
        let What::Ledger(Ledger { records, idle, growth, json }) = self.what;
        let idle = Duration::from_secs(idle);
        let folder = std::env::temp_dir().join(format!("kontor-bench-{}", hex::encode(rand::random::<[u8; 8]>())));
        let unusable = |error: std::io::Error| format!("cannot use {}: {error}", folder.display());
        std::fs::create_dir(&folder).map_err(unusable)?;
        let outcome = Machine::look(&folder)
            .map_err(|error| format!("cannot use {}: {error}", folder.display()))
            .and_then(|machine| {
                Ok((machine, runtime()?.block_on(measure::ledger(&folder, records.max(4_000), growth, idle))?))
            });
        // A folder that stays is the user's to remove.
        let _ = std::fs::remove_dir_all(&folder);
        let (machine, rows) = outcome?;
        report::print(&machine, &rows, json);
        Ok(())
    }
}
