//! Nodes that are killed, and nodes with nothing to do.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    nodes::{Nodes, PATIENCE},
    report::Row,
};

const DAY: Duration = Duration::from_hours(24);

/// Everything, on a network that has been loaded.
///
/// # Errors
/// One line saying what did not work.
pub async fn all(nodes: &mut Nodes, idle_for: Duration) -> Result<Vec<Row>, String> {
    eprintln!("measuring restarts");
    let mut rows = restarts(nodes).await?;
    if !idle_for.is_zero() {
        eprintln!("measuring {} s of idleness and more", idle_for.as_secs());
        rows.extend(idle(nodes, idle_for).await?);
    }
    eprintln!("measuring the death of a validator");
    rows.push(gap(nodes).await?);
    Ok(rows)
}

/// Nodes that are killed and started again, until all serve and a record is final.
async fn restarts(nodes: &mut Nodes) -> Result<Vec<Row>, String> {
    let count = nodes.banks.len();
    let mut rows = Vec::new();
    for (name, places) in [("one node", count - 1..count), ("all nodes", 0..count)] {
        let serving = nodes.restart(places, PATIENCE).await?;
        let since = Instant::now();
        final_record(nodes).await?;
        let name = format!("{name} killed and started again");
        rows.push(Row::below(format!("{name}: serving"), serving, "s", 5.0));
        rows.push(Row::plain(format!("{name}: a record final after that"), since.elapsed().as_secs_f64(), "s"));
    }
    Ok(rows)
}

async fn final_record(nodes: &Nodes) -> Result<(), String> {
    let bank = nodes.banks.first().ok_or("no node")?;
    let records = bank.workload(&nodes.genesis, rand::make_rng()).anchors(1);
    match bank.submit(bank.batch(records)?).await? {
        1 => Ok(()),
        _ => Err("a record was not accepted after a restart".to_owned()),
    }
}

/// What a node takes while nobody wants anything, for at least `time`. Votes of views without records are forgotten
/// at the next empty block, so it is measured from one of those to another.
async fn idle(nodes: &Nodes, time: Duration) -> Result<Vec<Row>, String> {
    let bank = nodes.banks.first().ok_or("no node")?;
    bank.next_block().await?;
    let (before, since) = (nodes.used(), Instant::now());
    tokio::time::sleep(time).await;
    bank.next_block().await?;
    let after = nodes.used();
    let (count, seconds) = (nodes.banks.len() as f64, since.elapsed().as_secs_f64());
    let core = (after.processor - before.processor) / seconds / count * 100.0;
    let grown = after.disk.saturating_sub(before.disk) as f64 / count * (DAY.as_secs_f64() / seconds) / 1e6;
    Ok(vec![
        Row::below("idle: a node's share of a core", core, "%", 2.0),
        Row::below("idle: a node's disk, extrapolated to a day", grown, "MB", 5.0),
    ])
}

/// The longest wait of one record after another while a validator is killed.
async fn gap(nodes: &mut Nodes) -> Result<Row, String> {
    let bank = Arc::clone(nodes.banks.first().ok_or("no node")?);
    let genesis = nodes.genesis.clone();
    let sender = tokio::spawn(async move {
        let records = bank.workload(&genesis, rand::make_rng()).anchors(400);
        let (until, mut longest) = (Instant::now() + Duration::from_secs(6), 0.0_f64);
        for record in records {
            if Instant::now() > until {
                break;
            }
            let since = Instant::now();
            bank.submit(bank.batch(vec![record])?).await?;
            longest = longest.max(since.elapsed().as_secs_f64());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok::<_, String>(longest)
    });
    tokio::time::sleep(Duration::from_secs(1)).await;
    nodes.kill(nodes.banks.len().saturating_sub(1)).await?;
    let longest = sender.await.map_err(|error| error.to_string())??;
    Ok(Row::below("longest wait for finality while a validator is killed", longest, "s", 1.0))
}
