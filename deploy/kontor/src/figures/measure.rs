//! One run: the network's latency and throughput, the database beside it, and what the network endures.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use kontor_ledger::{encoding::to_cbor, receipt, record::Record};
use rand::{SeedableRng as _, rngs::StdRng};

use super::{
    baseline::{self, Baseline},
    endurance, growth,
    load::{self, BATCH, PerBank, Sent, UNDER_WAY},
    machine::Machine,
    nodes::Nodes,
    report::{Figures, Row},
    saturation,
};

/// Single records for the latency of an idle network.
const SINGLES: usize = 150;

/// How many times as fast as the database the mix should be.
const TIMES: f64 = 1.0;

/// The p-th percentile; sorts.
pub fn percentile(values: &mut [f64], p: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get((values.len() * p / 100).min(values.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
}

/// What is measured.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Records of each kind of load.
    pub records: usize,
    /// How long nothing is done, at least.
    pub idle: Duration,
    /// Records that a network of its own grows to.
    pub growth: Option<usize>,
}

/// Measures everything on a fresh network below `folder`.
///
/// # Errors
/// One line saying what did not work.
pub async fn ledger(folder: &Path, plan: Plan) -> Result<Figures, String> {
    let mut nodes = Nodes::start(&folder.join("network")).await?;
    let suite = nodes.banks.first().ok_or("no node")?.identity.public().suite();
    let machine = Machine::look(folder, nodes.banks.len(), suite);
    let machine = machine.map_err(|error| format!("cannot use {}: {error}", folder.display()))?;
    let mut notices = Vec::new();
    let mut rows = idle(&nodes).await?;
    let each = plan.records / nodes.banks.len().max(1);
    rows.extend(families(&nodes, each).await?);
    rows.extend(mix(folder, &nodes, each, &mut notices).await?);
    rows.push(Row::plain("memory of the largest node", nodes.memory(), "MiB"));
    let (steps, knee) = saturation::measure(&nodes, plan.records / 4).await?;
    if let (true, Some(last)) = (knee.is_empty(), steps.last()) {
        notices.push(format!("the knee: throughput still grew with {} batches on the way", last.under_way));
    }
    rows.extend(knee);
    rows.extend(endurance::all(&mut nodes, plan.idle).await?);
    drop(nodes);
    let mut tenths = Vec::new();
    if let Some(count) = plan.growth {
        let (found, restarted) = growth::measure(&folder.join("growing"), count).await?;
        tenths = found;
        rows.extend(restarted);
    }
    Ok(Figures { machine, rows, steps, tenths, notices })
}

/// One record at a time on an idle network, from submission to a checked receipt.
async fn idle(nodes: &Nodes) -> Result<Vec<Row>, String> {
    let bank = nodes.banks.first().ok_or("no node")?;
    let network = nodes.genesis.hash();
    let mut load = bank.workload(&nodes.genesis, StdRng::seed_from_u64(1));
    let mut times = Vec::with_capacity(SINGLES);
    for record in load.anchors(SINGLES) {
        let id = record.id();
        let batch = bank.batch(vec![record])?;
        let since = Instant::now();
        bank.submit(batch).await?;
        let answer = bank.http.get(format!("{}/v1/records/{id}/receipt", bank.node.public)).send().await;
        let receipt = answer.map_err(|error| error.to_string())?.json().await.map_err(|error| error.to_string())?;
        receipt::verify(&receipt, &network).map_err(|error| error.to_string())?;
        times.push(since.elapsed().as_secs_f64() * 1e3);
    }
    let p50 = percentile(&mut times, 50);
    let name = "one record, idle: submitted to receipt verified";
    Ok(vec![
        Row::below(format!("{name}, p50"), p50, "ms", 10.0),
        Row::plain(format!("{name}, p99"), percentile(&mut times, 99), "ms"),
    ])
}

/// One kind of load after another, about `each` records of every bank.
async fn families(nodes: &Nodes, each: usize) -> Result<Vec<Row>, String> {
    let anchors = load::make(nodes, |load| Ok(load::pieces(load.anchors(each)))).await?;
    let anchors = load::send("anchors", nodes, anchors, UNDER_WAY).await?;

    let trades = load::make(nodes, |load| (0..each / 7).map(|_| load.trade()).collect()).await?;
    let trades = load::send("documents", nodes, trades, UNDER_WAY).await?;

    let (before, claims) = load::claims(nodes, each / 20).await?;
    load::send("registrations", nodes, before, UNDER_WAY).await?;
    let claims = load::send("claims", nodes, claims, UNDER_WAY).await?;

    let unit = "records/s";
    let name = "documents: 2 registered (1 proven), 2 endorsed, 3 granted of 7, sustained";
    Ok(vec![
        Row::plain("anchors, sustained", anchors.rate(), unit),
        Row::plain(name, trades.rate(), unit),
        Row::at_least("claims, range and over-financing proven, sustained", claims.rate(), unit, 500.0),
    ])
}

/// The mix, `each` records of every bank, and the same records as rows of a database.
async fn mix(folder: &Path, nodes: &Nodes, each: usize, notices: &mut Vec<String>) -> Result<Vec<Row>, String> {
    let (before, mixed) = load::mix(nodes, each).await?;
    eprintln!("measuring PostgreSQL");
    let all: Vec<&Record> = mixed.iter().flatten().flatten().collect();
    let bytes = all.iter().map(|record| to_cbor(*record).len()).sum::<usize>() as f64 / all.len() as f64;
    let found = baseline::installed().and_then(|found| baseline::measure(&found, &folder.join("postgres"), &all));
    let found = found.map_err(|reason| notices.push(format!("the mix against a database: {reason}"))).ok();
    let (sent, processor) = processed(nodes, before, mixed).await?;
    Ok(mix_rows(sent, processor, bytes, found.as_ref()))
}

/// Sends the mix; also what it took of a node's processor, in seconds.
async fn processed(nodes: &Nodes, before: PerBank, mixed: PerBank) -> Result<(Sent, f64), String> {
    load::send("registrations", nodes, before, UNDER_WAY).await?;
    let used = nodes.used().processor;
    let sent = load::send("the mix", nodes, mixed, UNDER_WAY).await?;
    Ok((sent, (nodes.used().processor - used) / nodes.banks.len() as f64))
}

fn mix_rows(mut sent: Sent, processor: f64, bytes: f64, found: Option<&Baseline>) -> Vec<Row> {
    let name = "mix: 70 anchors, 28 documents, 2 claims, sustained";
    let mut rows = vec![
        Row::at_least(name, sent.rate(), "records/s", 10_000.0),
        Row::plain(format!("mix: batch of {BATCH} final, p50"), sent.latency(50), "ms"),
        Row::plain(format!("mix: batch of {BATCH} final, p99"), sent.latency(99), "ms"),
        Row::plain("mix: payload, canonical encoding of a record, mean", bytes, "bytes"),
        Row::plain("mix: processor time of a node for one record", processor / sent.records as f64 * 1e6, "µs"),
    ];
    if let Some(Baseline { version, rate }) = found {
        let clients = baseline::CLIENTS;
        let name = format!("PostgreSQL: the mix as durable single-row inserts, {clients} clients");
        rows.push(Row::plain(name, *rate, "rows/s"));
        let text = format!("PostgreSQL {version}: {rate:.2} rows/s");
        rows.push(Row::times("mix against PostgreSQL", sent.rate() / rate, TIMES, text));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent() -> Sent {
        Sent { records: 3_000, seconds: 0.25, latencies: vec![10.0, 20.0] }
    }

    #[test]
    fn the_mix_stands_beside_the_database() {
        let found = Baseline { version: "15.1".to_owned(), rate: 6_000.0 };
        let rows = mix_rows(sent(), 0.03, 600.0, Some(&found));
        let last = rows.last().expect("a row");
        assert!((last.value - 2.0).abs() < 1e-9);
        assert_eq!(last.met(), Some(true));
        assert_eq!(last.baseline.as_deref(), Some("PostgreSQL 15.1: 6000.00 rows/s"));
        assert!(rows.iter().any(|row| row.unit == "µs" && (row.value - 10.0).abs() < 1e-9));
    }

    #[test]
    fn without_a_database_nothing_is_said_of_it() {
        let rows = mix_rows(sent(), 0.03, 600.0, None);
        assert!(rows.iter().all(|row| row.baseline.is_none() && !row.name.contains("PostgreSQL")));
    }

    #[test]
    fn percentiles_are_of_what_there_is() {
        let mut values: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert_eq!([50, 99].map(|p| percentile(&mut values, p)), [51.0, 100.0]);
        assert!(percentile(&mut [], 50).is_nan());
    }
}
