//! What a measurement ran on.

use std::{
    fs,
    io::Write as _,
    path::Path,
    time::{Duration, Instant},
};

use serde::Serialize;

use super::{BenchError, report::percentile};

/// Syncs that the disk is judged by.
const SYNCS: usize = 200;

/// The machine; what cannot be found out is empty.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Machine {
    /// The processor's name.
    pub cpu: String,
    /// Cores that this process may use.
    pub cores: usize,
    /// Memory in MiB.
    pub memory_mib: u64,
    /// The operating system's kernel.
    pub kernel: String,
    /// The file system under the nodes' data.
    pub file_system: String,
    /// Writing and syncing 4 KiB there, p50 in milliseconds.
    pub sync_ms: f64,
    /// Load of the machine over the last minute, before anything started: others disturb figures.
    pub load_before: f64,
    /// How records are signed.
    pub signatures: &'static str,
}

impl Machine {
    /// Looks at this machine, with the disk under `folder`.
    ///
    /// # Errors
    /// [`BenchError::System`] if nothing can be written to `folder`.
    pub fn of(folder: &Path) -> Result<Self, BenchError> {
        let read = |path| fs::read_to_string(path).unwrap_or_default();
        let field = |text: &str, name: &str| {
            let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
            line.split_once(':').map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
        };
        let memory = field(&read("/proc/meminfo"), "MemTotal");
        let memory: u64 = memory.trim_end_matches(" kB").parse().unwrap_or(0);
        Ok(Self {
            cpu: field(&read("/proc/cpuinfo"), "model name"),
            cores: std::thread::available_parallelism().map_or(1, |cores| cores.get()),
            memory_mib: memory / 1024,
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            file_system: file_system(&read("/proc/mounts"), folder),
            sync_ms: syncs(folder).map_err(|error| BenchError::System(folder.display().to_string(), error))?,
            load_before: read("/proc/loadavg").split(' ').next().and_then(|load| load.parse().ok()).unwrap_or(0.0),
            signatures: "Ed25519",
        })
    }
}

/// The type of the file system with the longest mount point above `folder`.
fn file_system(mounts: &str, folder: &Path) -> String {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let mounts = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        Some((words.next()?, words.next()?))
    });
    let above = mounts.filter(|(point, _)| folder.starts_with(point));
    above.max_by_key(|(point, _)| point.len()).map(|(_, kind)| kind.to_owned()).unwrap_or_default()
}

fn syncs(folder: &Path) -> std::io::Result<f64> {
    let path = folder.join("sync");
    let mut file = fs::File::create(&path)?;
    let mut times = Vec::with_capacity(SYNCS);
    for _ in 0..SYNCS {
        let started = Instant::now();
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        times.push(started.elapsed());
        std::thread::sleep(Duration::from_millis(1));
    }
    fs::remove_file(&path)?;
    Ok(percentile(&mut times, 50))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_mount_point_counts() {
        let mounts = "/dev/a / ext4 rw 0 0\ntmpfs /proc/self tmpfs rw 0 0\n";
        assert_eq!(file_system(mounts, Path::new("/usr")), "ext4");
        assert_eq!(file_system(mounts, Path::new("/absent/folder")), "ext4");
    }
}
