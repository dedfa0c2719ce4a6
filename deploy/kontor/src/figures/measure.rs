//! Latency of one record, and throughput of many.

use std::{
    collections::VecDeque,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use futures::future::try_join_all;
use kontor_ledger::{receipt, record::Record};
use rand::{SeedableRng as _, rngs::StdRng, seq::SliceRandom as _};

use super::{
    endurance, growth,
    nodes::{Bank, Nodes},
    postgres,
    report::Row,
    workload::Workload,
};

/// Records that a bank sponsors with one signature.
const BATCH: usize = 500;

/// Batches on the way at each node.
const UNDER_WAY: usize = 3;

/// Single records for the latency of an idle network.
const SINGLES: usize = 150;

/// The p-th percentile; sorts.
pub fn percentile(values: &mut [f64], p: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get((values.len() * p / 100).min(values.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
}

/// Measures everything on a fresh network below `folder`; `records` is how many each kind of load gets, `idle_for` how
/// long nothing is done; `grown` is how many records a log grows by, 0 for none.
///
/// # Errors
/// One line saying what did not work.
pub async fn ledger(folder: &Path, records: usize, grown: usize, idle_for: Duration) -> Result<Vec<Row>, String> {
    let mut nodes = Nodes::start(&folder.join("network")).await?;
    let mut rows = idle(&nodes).await?;

    let anchors = make(&nodes, |load| Ok(pieces(load.anchors(records / 4)))).await?;
    rows.push(load("anchors", &nodes, anchors, None, &mut Vec::new()).await?);

    let trades = make(&nodes, |load| (0..records / 4 / 7).map(|_| load.trade()).collect()).await?;
    let name = "documents: 2 registered (1 proven), 2 endorsed, 3 granted of 7";
    rows.push(load(name, &nodes, trades, None, &mut Vec::new()).await?);

    let (before, claims) = claims(&nodes, records / 4 / 20).await?;
    load("registrations", &nodes, before, None, &mut Vec::new()).await?;
    rows.push(load("claims, range and over-financing proven", &nodes, claims, Some(500.0), &mut Vec::new()).await?);

    let (before, mixed) = mix(&nodes, records / 4).await?;
    load("registrations", &nodes, before, None, &mut Vec::new()).await?;
    let (mut latencies, before) = (Vec::new(), nodes.used().processor);
    let count: usize = mixed.iter().flatten().map(Vec::len).sum();
    let mix = load("mix: 70 anchors, 28 documents, 2 claims", &nodes, mixed, Some(10_000.0), &mut latencies).await?;
    rows.extend(against_postgres(folder, &nodes, records / 4, mix.value).await?);
    rows.push(mix);
    rows.push(Row::plain(format!("mix: batch of {BATCH} final, p50"), percentile(&mut latencies, 50), "ms"));
    rows.push(Row::plain(format!("mix: batch of {BATCH} final, p99"), percentile(&mut latencies, 99), "ms"));
    let processor = (nodes.used().processor - before) / (count * nodes.banks.len()) as f64;
    rows.push(Row::plain("mix: processor time of a node for one record", processor * 1e6, "µs"));
    rows.push(Row::plain("memory of the largest node", nodes.memory(), "MiB"));
    if grown > 0 {
        rows.extend(growth::all(&mut nodes, grown).await?);
    }
    // Last, because it leaves a validator dead.
    rows.extend(endurance::all(&mut nodes, idle_for).await?);
    Ok(rows)
}

/// The same machine's database with one durable row after the other, beside the mix.
async fn against_postgres(folder: &Path, nodes: &Nodes, count: usize, mix: f64) -> Result<Vec<Row>, String> {
    let bank = nodes.banks.first().ok_or("no node")?;
    let records = bank.workload(&nodes.genesis, rand::make_rng()).anchors(count);
    let folder = folder.to_owned();
    let measured = tokio::task::spawn_blocking(move || postgres::inserts(&folder, &records)).await;
    let Some(rate) = measured.map_err(|error| error.to_string())?? else {
        eprintln!("no PostgreSQL is installed: nothing to compare with");
        return Ok(Vec::new());
    };
    let ratio = Row::at_least("mix beside PostgreSQL", mix / rate, "×", 1.0);
    Ok(vec![
        Row::plain("PostgreSQL: 8 clients, one signed row in each durable transaction", rate, "rows/s"),
        Row { baseline: Some(1.0), ..ratio },
    ])
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

/// Each bank's records, made by a thread of its own; what they name is at every node then.
pub(super) async fn make<T: Send>(
    nodes: &Nodes,
    make: impl Fn(&mut Workload<'_>) -> Result<T, String> + Sync,
) -> Result<Vec<T>, String> {
    let made: Result<Vec<_>, String> = std::thread::scope(|scope| {
        let one = |bank: &Bank| {
            let mut load = bank.workload(&nodes.genesis, rand::make_rng());
            let made = make(&mut load)?;
            Ok((made, load.into_attachments()))
        };
        let threads: Vec<_> = nodes.banks.iter().map(|bank| scope.spawn(move || one(bank))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| Err("a thread died".to_owned()))).collect()
    });
    let (made, attachments): (Vec<_>, Vec<_>) = made?.into_iter().unzip();
    let attachments = attachments.concat();
    try_join_all(nodes.banks.iter().map(|bank| bank.keep(&attachments))).await?;
    Ok(made)
}

/// Records that have to stay in order, and so in one batch.
pub(super) type Piece = Vec<Record>;

pub(super) type PerBank = Vec<Vec<Piece>>;

/// Claims of each bank, and what has to be on the ledger before them.
async fn claims(nodes: &Nodes, count: usize) -> Result<(PerBank, PerBank), String> {
    let made = make(nodes, |load| {
        let (mut before, mut claims) = (Vec::new(), Vec::new());
        for _ in 0..count {
            let (first, claim) = load.claim()?;
            before.push(first);
            claims.push(vec![claim]);
        }
        Ok((before, claims))
    })
    .await?;
    Ok(made.into_iter().unzip())
}

/// `count` records of each bank, 70 : 28 : 2, shuffled within what has to stay in order, and what comes before.
async fn mix(nodes: &Nodes, count: usize) -> Result<(PerBank, PerBank), String> {
    let made = make(nodes, |load| {
        let (mut before, mut pieces) = (Vec::new(), Vec::new());
        for _ in 0..count * 2 / 100 {
            let (first, claim) = load.claim()?;
            before.push(first);
            pieces.push(vec![claim]);
        }
        for _ in 0..count * 28 / 100 / 7 {
            pieces.push(load.trade()?);
        }
        pieces.extend(self::pieces(load.anchors(count * 70 / 100)));
        pieces.shuffle(&mut StdRng::seed_from_u64(3));
        Ok((before, pieces))
    })
    .await?;
    Ok(made.into_iter().unzip())
}

pub(super) fn pieces(records: Vec<Record>) -> Vec<Piece> {
    records.into_iter().map(|record| vec![record]).collect()
}

/// Joins pieces until a batch is full.
fn batches(pieces: Vec<Piece>) -> Vec<Vec<Record>> {
    let mut batches = vec![Vec::new()];
    for piece in pieces {
        match batches.last_mut() {
            Some(last) if last.len() + piece.len() <= BATCH => last.extend(piece),
            _ => batches.push(piece),
        }
    }
    batches
}

/// Sends all records through their banks' nodes and takes the time until the last is final.
pub(super) async fn load(
    name: &str,
    nodes: &Nodes,
    records: PerBank,
    least: Option<f64>,
    latencies: &mut Vec<f64>,
) -> Result<Row, String> {
    let count: usize = records.iter().flatten().map(Vec::len).sum();
    let mut queues = Vec::new();
    for (bank, records) in nodes.banks.iter().zip(records) {
        let batches: Result<VecDeque<_>, _> = batches(records).into_iter().map(|batch| bank.batch(batch)).collect();
        queues.push((Arc::clone(bank), Arc::new(Mutex::new(batches?))));
    }
    eprintln!("measuring {name}");
    let since = Instant::now();
    let senders: Vec<_> = queues
        .iter()
        .flat_map(|queue| std::iter::repeat_n(queue.clone(), UNDER_WAY))
        .map(|(bank, queue)| tokio::spawn(send(bank, queue)))
        .collect();
    let mut accepted = 0;
    for sender in senders {
        let (own, times) = sender.await.map_err(|error| error.to_string())??;
        accepted += own;
        latencies.extend(times);
    }
    let seconds = since.elapsed().as_secs_f64();
    if accepted != count {
        return Err(format!("{name}: only {accepted} of {count} records were accepted"));
    }
    let (name, rate) = (format!("{name}, sustained"), count as f64 / seconds);
    Ok(match least {
        Some(least) => Row::at_least(name, rate, "records/s", least),
        None => Row::plain(name, rate, "records/s"),
    })
}

async fn send(bank: Arc<Bank>, queue: Arc<Mutex<VecDeque<Vec<u8>>>>) -> Result<(usize, Vec<f64>), String> {
    let (mut accepted, mut times) = (0, Vec::new());
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let Some(batch) = next else { return Ok((accepted, times)) };
        let since = Instant::now();
        accepted += bank.submit(batch).await?;
        times.push(since.elapsed().as_secs_f64() * 1e3);
    }
}
