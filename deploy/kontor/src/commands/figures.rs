//! `kontor bench`: figures of this machine.

use std::{fs::File, io::Write as _, path::PathBuf, time::Duration};

use clap::{Args, Subcommand};

use super::runtime;
use crate::figures::{
    measure::{self, Plan},
    plot,
};

/// Fewest records of each kind of load.
const FEWEST: usize = 4_000;

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
#[command(after_help = "Example: kontor bench ledger --growth 1000000 --plot ledger.svg --json\n\
    The network lives in a temporary folder below TMPDIR: name a real disk there. PostgreSQL is measured beside it if \
    it is installed; as root, its user `postgres` has to be able to pass that folder.")]
struct Ledger {
    /// Records of each kind of load; a quarter of it at least for each step of saturation.
    #[arg(long, value_name = "N", default_value_t = 40_000)]
    records: usize,
    /// Seconds during which nothing is done, at least; 1200 for figures that count, 0 to leave it out.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    idle: u64,
    /// Also grows the log of a further network to N records of the mix, 10000 at least.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(10_000..=100_000_000))]
    growth: Option<u64>,
    /// Draws the figures too.
    #[arg(long, value_name = "FILE.svg")]
    plot: Option<PathBuf>,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

impl Bench {
    /// Runs the call.
    pub fn run(self) -> Result<(), String> {
        let What::Ledger(Ledger { records, idle, growth, plot, json }) = self.what;
        let growth = growth.map(usize::try_from).transpose().map_err(|error| format!("--growth: {error}"))?;
        let plan = Plan { records: records.max(FEWEST), idle: Duration::from_secs(idle), growth };
        // Opened first: a drawing that cannot be written should not cost a whole run.
        let unwritable = |path: &PathBuf, error| format!("cannot write {}: {error}", path.display());
        let plot = match plot {
            Some(path) => Some((File::create(&path).map_err(|error| unwritable(&path, error))?, path)),
            None => None,
        };
        let folder = std::env::temp_dir().join(format!("kontor-bench-{}", hex::encode(rand::random::<[u8; 8]>())));
        std::fs::create_dir(&folder).map_err(|error| format!("cannot use {}: {error}", folder.display()))?;
        let outcome = runtime().and_then(|runtime| runtime.block_on(measure::ledger(&folder, plan)));
        // A folder that stays is the user's to remove.
        let _ = std::fs::remove_dir_all(&folder);
        let figures = outcome?;
        figures.print(json);
        if let Some((mut file, path)) = plot {
            file.write_all(plot::svg(&figures).as_bytes()).map_err(|error| unwritable(&path, error))?;
        }
        Ok(())
    }
}
