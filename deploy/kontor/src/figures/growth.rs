//! What becomes of throughput, receipts, disk and memory while the log grows.

use std::{
    fmt,
    path::Path,
    time::{Duration, Instant},
};

use kontor_ledger::record::RecordId;
use rand::seq::IndexedRandom as _;
use tokio::process::Command;

use super::{
    load,
    measure::percentile,
    nodes::{Bank, Nodes},
    report::Row,
};

/// Records that are made and kept in this program at a time.
const CHUNK: usize = 20_000;

/// Receipts that are asked for after each tenth.
const RECEIPTS: usize = 500;

/// Ids that a chunk puts up for that.
const CANDIDATES: usize = 500;

/// How far a node that was killed may take to serve again, for each million of records.
const RESTART: f64 = 5.0;

/// What was measured when a further tenth was on the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Tenth {
    /// Records on the log by then.
    pub records: usize,
    /// Records per second while these were sent.
    pub rate: f64,
    /// Median of the milliseconds that a receipt took.
    pub receipt_p50: f64,
    /// 99th percentile of these.
    pub receipt_p99: f64,
    /// Bytes of a node's disk for each record of this tenth.
    pub disk: f64,
    /// Resident memory of the largest node, in MiB.
    pub memory: f64,
}

impl Tenth {
    /// What stands over the tenths.
    pub const HEADER: &'static str = "records on the log    records/s    receipt p50 ms    receipt p99 ms    \
        disk bytes/record    memory MiB    receipt p50 < 1 ms, memory < 512 MiB";

    /// Below this many milliseconds a receipt should take.
    pub const RECEIPT: f64 = 1.0;

    /// Below this many MiB a node should stay.
    pub const MEMORY: f64 = 512.0;

    /// The tenth's figures as rows.
    pub fn rows(&self) -> Vec<Row> {
        let name = format!("growth to {} records", self.records);
        vec![
            Row::plain(format!("{name}: sustained"), self.rate, "records/s"),
            Row::below(format!("{name}: receipt, p50"), self.receipt_p50, "ms", Self::RECEIPT),
            Row::plain(format!("{name}: receipt, p99"), self.receipt_p99, "ms"),
            Row::plain(format!("{name}: a node's disk for one record"), self.disk, "bytes"),
            Row::below(format!("{name}: memory of the largest node"), self.memory, "MiB", Self::MEMORY),
        ]
    }
}

impl fmt::Display for Tenth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { records, rate, receipt_p50, receipt_p99, disk, memory } = self;
        let met = if self.rows().iter().all(|row| row.met() != Some(false)) { "met" } else { "not met" };
        write!(f, "{records:>18} {rate:>12.2} {receipt_p50:>17.3} {receipt_p99:>17.3} {disk:>20.1} {memory:>13.1}")?;
        write!(f, "    {met}")
    }
}

/// Sizes of the chunks in which a tenth of `count` records is made, at most [`CHUNK`] each.
fn chunks(count: usize) -> impl Iterator<Item = usize> {
    let tenth = count / 10;
    let parts = tenth.div_ceil(CHUNK).max(1);
    (0..parts).map(move |part| tenth / parts + usize::from(part < tenth % parts))
}

/// Loads a fresh network below `folder` with at least `count` records of the mix; each tenth, and rows for a node that
/// is killed and started again at the end.
///
/// # Errors
/// One line saying what did not work.
pub async fn measure(folder: &Path, count: usize) -> Result<(Vec<Tenth>, Vec<Row>), String> {
    let mut nodes = Nodes::start(folder).await?;
    let (mut on_log, mut tenths, mut candidates) = (0, Vec::new(), Vec::new());
    let start = nodes.used().disk;
    for number in 1..=10 {
        let disk = nodes.used().disk;
        let (mut sent, mut seconds) = (0, 0.0);
        for size in chunks(count) {
            let (before, mixed) = load::mix(&nodes, size.div_ceil(nodes.banks.len().max(1))).await?;
            let ids = mixed.iter().flatten().flatten();
            let every = (size / CANDIDATES).max(1);
            candidates.extend(ids.step_by(every).map(kontor_ledger::record::Record::id));
            for (part, records) in [("registrations", before), ("mix", mixed)] {
                let name = format!("growth, tenth {number}: {part}");
                let part = load::send(&name, &nodes, records, load::UNDER_WAY).await?;
                sent += part.records;
                seconds += part.seconds;
            }
        }
        on_log += sent;
        let bank = nodes.banks.first().ok_or("no node")?;
        let mut times = receipts(bank, &candidates).await?;
        tenths.push(Tenth {
            records: on_log,
            rate: sent as f64 / seconds,
            receipt_p50: percentile(&mut times, 50),
            receipt_p99: percentile(&mut times, 99),
            disk: per_record(disk, nodes.used().disk, sent * nodes.banks.len()),
            memory: nodes.memory(),
        });
    }
    let disk = per_record(start, nodes.used().disk, on_log * nodes.banks.len());
    let last = nodes.banks.len().saturating_sub(1);
    let restarted = nodes.restart(last..last + 1, patience(on_log)).await?;
    let name = format!("growth to {on_log} records");
    let mut rows = vec![
        Row::plain(format!("{name}: a node's disk for one record, over all"), disk, "bytes"),
        Row::below(format!("{name}: one node killed and started again: serving"), restarted, "s", limit(on_log)),
        Row::below(format!("{name}: its memory then"), nodes.memory_of(last), "MiB", Tenth::MEMORY),
    ];
    rows.extend(replayed(&name, nodes, folder, on_log).await?);
    Ok((tenths, rows))
}

/// Has the log exported by `kontor export` and, while no node runs, run again by `kontor replay`, which recomputes
/// every state and root.
async fn replayed(name: &str, nodes: Nodes, folder: &Path, on_log: usize) -> Result<Vec<Row>, String> {
    let (program, network) = (nodes.program().to_owned(), nodes.genesis.hash().to_string());
    let node = nodes.banks.first().ok_or("no node")?.node.public.clone();
    let file = folder.join("log.cbor");
    eprintln!("measuring export and replay");
    let (_, exported) = timed(Command::new(&program).arg("export").arg(node).arg(&file)).await?;
    drop(nodes);
    let mut replay = Command::new(&program);
    let (said, seconds) = timed(replay.arg("replay").arg(&file).args(["--json", "--network", &network])).await?;
    let found: serde_json::Value = serde_json::from_slice(&said).map_err(|error| format!("replay: {error}"))?;
    match found["size"].as_u64() {
        Some(size) if size >= on_log as u64 => Ok(vec![
            Row::plain(format!("{name}: log exported"), exported, "s"),
            Row::plain(format!("{name}: replayed with no difference"), size as f64, "records"),
            Row::plain(format!("{name}: replayed"), size as f64 / seconds, "records/s"),
        ]),
        size => Err(format!("the replay has {size:?} records, the log at least {on_log}")),
    }
}

/// What a command says, and the seconds that it took.
async fn timed(command: &mut Command) -> Result<(Vec<u8>, f64), String> {
    let since = Instant::now();
    let output = command.output().await.map_err(|error| error.to_string())?;
    match output.status.success() {
        true => Ok((output.stdout, since.elapsed().as_secs_f64())),
        false => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
    }
}

/// Bytes for each of `copies` of records. A disk may shrink while a log grows: journals are pruned.
fn per_record(before: u64, after: u64, copies: usize) -> f64 {
    (after as f64 - before as f64) / copies as f64
}

/// Seconds within which a node with so many records should serve: each begun million counts whole.
fn limit(records: usize) -> f64 {
    RESTART * records.div_ceil(1_000_000).max(1) as f64
}

/// How long a node may take until it counts as one that does not come back.
fn patience(records: usize) -> Duration {
    Duration::from_secs_f64(10.0 * limit(records))
}

/// Milliseconds that receipts of random records took, one after another on one connection.
async fn receipts(bank: &Bank, candidates: &[RecordId]) -> Result<Vec<f64>, String> {
    let get = async |id: &RecordId| {
        let since = Instant::now();
        let answer = bank.http.get(format!("{}/v1/records/{id}/receipt", bank.node.public)).send().await;
        let answer = answer.and_then(reqwest::Response::error_for_status).map_err(|error| error.to_string())?;
        answer.bytes().await.map_err(|error| error.to_string())?;
        Ok::<_, String>(since.elapsed().as_secs_f64() * 1e3)
    };
    let sample: Vec<&RecordId> = candidates.sample(&mut rand::rng(), RECEIPTS).collect();
    // The first one makes the connection.
    get(sample.first().ok_or("no record to ask a receipt of")?).await?;
    let mut times = Vec::with_capacity(sample.len());
    for id in sample {
        times.push(get(id).await?);
    }
    Ok(times)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn chunks_make_a_tenth_and_are_bounded(count in 0..100_000_000_usize) {
            prop_assert_eq!(chunks(count).sum::<usize>(), count / 10);
            prop_assert!(chunks(count).all(|size| size <= CHUNK));
        }
    }

    #[test]
    fn a_restart_gets_five_seconds_for_each_begun_million() {
        let limits = [1, 1_000_000, 1_000_001, 3_000_000].map(limit);
        assert_eq!(limits, [5.0, 5.0, 10.0, 15.0]);
    }

    #[test]
    fn a_disk_that_shrinks_gives_a_negative_figure() {
        assert!((per_record(1_000, 3_000, 10) - 200.0).abs() < 1e-9);
        assert!((per_record(3_000, 1_000, 10) + 200.0).abs() < 1e-9);
    }

    #[test]
    fn receipts_and_memory_have_targets() {
        let tenth = Tenth { records: 1, rate: 1.0, receipt_p50: 2.0, receipt_p99: 3.0, disk: 4.0, memory: 511.0 };
        let met: Vec<Option<bool>> = tenth.rows().iter().map(Row::met).collect();
        assert_eq!(met, [None, Some(false), None, None, Some(true)]);
        assert!(tenth.to_string().ends_with("not met"));
        assert!(!Tenth { receipt_p50: 0.5, ..tenth }.to_string().ends_with("not met"));
        assert!(Tenth::HEADER.ends_with(&format!("{} ms, memory < {} MiB", Tenth::RECEIPT, Tenth::MEMORY)));
    }
}
