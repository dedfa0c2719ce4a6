//! The machine that figures were measured on.

use std::{fs::File, io::Write as _, path::Path, time::Instant};

use kontor_sealing::Suite;
use serde::Serialize;

use super::load::BATCH;

/// Syncs that the median is taken of.
const SYNCS: usize = 200;

/// What a figure depends on.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Machine {
    /// Model of the processor.
    pub cpu: String,
    /// Cores that this process may use.
    pub cores: usize,
    /// Main memory in MiB.
    pub memory_mib: u64,
    /// Kernel's release.
    pub kernel: String,
    /// Median of appending 4 KiB and syncing it to the disk that the nodes write to, in milliseconds.
    pub sync_p50_ms: f64,
    /// Nodes that order and execute, all on this machine together with the clients.
    pub nodes: usize,
    /// Who signs with what.
    pub signatures: String,
    /// Whether this program was built without optimisation.
    pub debug_build: bool,
}

impl Machine {
    /// Looks at this machine and tries the disk below `folder`; `nodes` of a network with `suite` are on it.
    ///
    /// # Errors
    /// If the disk cannot be written.
    pub fn look(folder: &Path, nodes: usize, suite: Suite) -> std::io::Result<Self> {
        let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let field = |text: &str, name: &str| {
            let line = text.lines().find(|line| line.starts_with(name));
            line.and_then(|line| line.split_once(':')).map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
        };
        let memory = field(&read("/proc/meminfo"), "MemTotal");
        let kib: u64 = memory.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or_default();
        Ok(Self {
            cpu: field(&read("/proc/cpuinfo"), "model name"),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory_mib: kib / 1024,
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            sync_p50_ms: sync(&folder.join("sync"))?,
            nodes,
            signatures: format!("{}: each record by its author, {BATCH} by their sponsor at once", scheme(suite)),
            debug_build: cfg!(debug_assertions),
        })
    }
}

/// How a suite signs.
const fn scheme(suite: Suite) -> &'static str {
    match suite {
        Suite::Intl => "Ed25519",
    }
}

fn sync(path: &Path) -> std::io::Result<f64> {
    let mut file = File::create(path)?;
    let mut times = Vec::with_capacity(SYNCS);
    for _ in 0..SYNCS {
        let since = Instant::now();
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        times.push(since.elapsed().as_secs_f64() * 1e3);
    }
    std::fs::remove_file(path)?;
    Ok(super::measure::percentile(&mut times, 50))
}
