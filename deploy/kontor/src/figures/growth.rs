//! A log that grows: what its length costs.

use std::time::Instant;

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

use super::{
    measure::{PerBank, load, make, percentile, pieces},
    nodes::Nodes,
    report::Row,
};

/// Parts in which the log grows.
const STEPS: usize = 10;

/// Receipts that are asked for after each part.
const RECEIPTS: usize = 200;

/// Loads `records` anchors in ten parts, and after each asks one node for receipts of records from all over the log.
///
/// # Errors
/// One line saying what did not work.
pub async fn all(nodes: &mut Nodes, records: usize) -> Result<Vec<Row>, String> {
    let (mut rows, mut ids) = (Vec::new(), Vec::new());
    let mut rng = StdRng::seed_from_u64(7);
    let before = nodes.used().disk;
    for step in 1..=STEPS {
        let part: PerBank = make(nodes, |load| Ok(pieces(load.anchors(records / STEPS / nodes.banks.len())))).await?;
        ids.extend(part.iter().flatten().flatten().step_by(101).map(kontor_ledger::record::Record::id));
        let name = format!("growth: part {step} of {STEPS}");
        rows.push(load(&name, nodes, part, None, &mut Vec::new()).await?);
        let bank = nodes.banks.first().ok_or("no node")?;
        let mut times = Vec::with_capacity(RECEIPTS);
        for _ in 0..RECEIPTS {
            let id = ids.get(rng.random_range(0..ids.len().max(1))).ok_or("no record")?;
            let url = format!("{}/v1/records/{id}/receipt", bank.node.public);
            let since = Instant::now();
            let answer = bank.http.get(url).header("accept", "application/cbor").send().await;
            let answer = answer.and_then(reqwest::Response::error_for_status).map_err(|error| error.to_string())?;
            answer.bytes().await.map_err(|error| error.to_string())?;
            times.push(since.elapsed().as_secs_f64() * 1e3);
        }
        let size = step * records / STEPS;
        rows.push(Row::below(
            format!("growth: a receipt over HTTP at {size} more records, p50"),
            percentile(&mut times, 50),
            "ms",
            1.0,
        ));
    }
    rows.push(Row::below("growth: memory of the largest node", nodes.memory(), "MiB", 512.0));
    let disk = nodes.used().disk.saturating_sub(before) as f64 / nodes.banks.len() as f64 / records as f64;
    rows.push(Row::plain("growth: disk of a node for one record", disk, "bytes"));
    let limit = 5.0 * (records as f64 / 1e6).max(1.0);
    let serving = nodes.restart(nodes.banks.len() - 1..nodes.banks.len()).await?;
    rows.push(Row::below("growth: one node killed and started again: serving", serving, "s", limit));
    rows.push(Row::plain("growth: its memory after that", nodes.memory(), "MiB"));
    Ok(rows)
}
