//! Loads: records made before the time runs, and sent in batches with so many on the way.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use futures::future::try_join_all;
use kontor_ledger::record::Record;
use rand::{SeedableRng as _, rngs::StdRng, seq::SliceRandom as _};

use super::{
    measure::percentile,
    nodes::{Bank, Nodes},
    workload::Workload,
};

/// Records that a bank sponsors with one signature.
pub const BATCH: usize = 500;

/// Batches on the way in all where nothing else is said: three at each of four nodes.
pub const UNDER_WAY: usize = 12;

/// Records that have to stay in order, and so in one batch.
pub type Piece = Vec<Record>;

/// The pieces of each bank.
pub type PerBank = Vec<Vec<Piece>>;

/// What sending a load took.
#[derive(Debug)]
pub struct Sent {
    /// Records, all accepted and final.
    pub records: usize,
    /// From the first batch sent to the last one final.
    pub seconds: f64,
    /// Milliseconds that each batch took to be final.
    pub latencies: Vec<f64>,
}

impl Sent {
    /// Records per second.
    pub fn rate(&self) -> f64 {
        self.records as f64 / self.seconds
    }

    /// The p-th percentile of the batches' latencies, in milliseconds.
    pub fn latency(&mut self, p: usize) -> f64 {
        percentile(&mut self.latencies, p)
    }
}

/// Each bank's records, made by a thread of its own; what they name is at every node then.
///
/// # Errors
/// One line saying what could not be made or kept.
pub async fn make<T: Send>(
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

/// Claims of each bank, and what has to be on the ledger before them.
///
/// # Errors
/// As [`make`].
pub async fn claims(nodes: &Nodes, count: usize) -> Result<(PerBank, PerBank), String> {
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
///
/// # Errors
/// As [`make`].
pub async fn mix(nodes: &Nodes, count: usize) -> Result<(PerBank, PerBank), String> {
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

/// Records whose order does not matter.
pub fn pieces(records: Vec<Record>) -> Vec<Piece> {
    records.into_iter().map(|record| vec![record]).collect()
}

/// Joins pieces until a batch is full.
fn batches<T>(pieces: Vec<Vec<T>>) -> Vec<Vec<T>> {
    let mut batches: Vec<Vec<T>> = Vec::new();
    for piece in pieces {
        match batches.last_mut() {
            Some(last) if last.len() + piece.len() <= BATCH => last.extend(piece),
            _ => batches.push(piece),
        }
    }
    batches
}

/// The first of each queue, then the second of each, and so on.
fn in_turn<T>(queues: Vec<Vec<T>>) -> VecDeque<T> {
    let mut queues: Vec<_> = queues.into_iter().map(Vec::into_iter).collect();
    let mut all = VecDeque::new();
    loop {
        let before = all.len();
        all.extend(queues.iter_mut().filter_map(Iterator::next));
        if all.len() == before {
            return all;
        }
    }
}

type Queue = Mutex<VecDeque<(Arc<Bank>, Vec<u8>)>>;

/// Sends all records through their banks' nodes in turn, with `under_way` batches on the way at any time, until the
/// last is final.
///
/// # Errors
/// If a batch is not final in time or a record is refused.
pub async fn send(name: &str, nodes: &Nodes, records: PerBank, under_way: usize) -> Result<Sent, String> {
    let count: usize = records.iter().flatten().map(Vec::len).sum();
    let mut queues = Vec::new();
    for (bank, records) in nodes.banks.iter().zip(records) {
        let sign = |batch| Ok((Arc::clone(bank), bank.batch(batch)?));
        queues.push(batches(records).into_iter().map(sign).collect::<Result<Vec<_>, String>>()?);
    }
    let queue = Arc::new(Queue::new(in_turn(queues)));
    eprintln!("measuring {name}");
    let since = Instant::now();
    let senders: Vec<_> = (0..under_way).map(|_| tokio::spawn(drain(Arc::clone(&queue)))).collect();
    let (mut accepted, mut latencies) = (0, Vec::new());
    for sender in senders {
        let (own, times) = sender.await.map_err(|error| error.to_string())??;
        accepted += own;
        latencies.extend(times);
    }
    let seconds = since.elapsed().as_secs_f64();
    if accepted != count {
        return Err(format!("{name}: only {accepted} of {count} records were accepted"));
    }
    Ok(Sent { records: count, seconds, latencies })
}

async fn drain(queue: Arc<Queue>) -> Result<(usize, Vec<f64>), String> {
    let (mut accepted, mut times) = (0, Vec::new());
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let Some((bank, batch)) = next else { return Ok((accepted, times)) };
        let since = Instant::now();
        accepted += bank.submit(batch).await?;
        times.push(since.elapsed().as_secs_f64() * 1e3);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn batches_keep_pieces_whole_and_in_order(lengths in prop::collection::vec(1..=20_usize, 0..200)) {
            let pieces: Vec<Vec<usize>> = lengths.iter().enumerate().map(|(i, length)| vec![i; *length]).collect();
            let joined = batches(pieces.clone());
            prop_assert_eq!(joined.concat(), pieces.concat());
            prop_assert!(joined.iter().all(|batch| (1..=BATCH).contains(&batch.len())));
            for pair in joined.windows(2) {
                prop_assert_ne!(pair[0].last(), pair[1].first());
            }
        }
    }

    #[test]
    fn queues_take_turns_until_all_are_empty() {
        assert_eq!(in_turn(vec![vec![1, 4, 6], vec![], vec![2], vec![3, 5]]), [1, 2, 3, 4, 5, 6]);
        assert!(in_turn::<u8>(vec![]).is_empty());
    }

    #[test]
    fn a_rate_is_records_over_seconds() {
        let mut sent = Sent { records: 500, seconds: 0.25, latencies: vec![3.0, 1.0, 2.0] };
        assert!((sent.rate() - 2_000.0).abs() < 1e-9);
        assert!((sent.latency(50) - 2.0).abs() < 1e-9);
        assert!((sent.latency(99) - 3.0).abs() < 1e-9);
    }
}
