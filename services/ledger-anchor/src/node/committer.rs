//! Finalised blocks on their way to disk: one atomic, synced write for all that wait, and only then word of it.

use std::sync::{Arc, PoisonError, mpsc::Receiver};

use kontor_ledger::{block::BlockHeader, certificate::Certificate};

use super::{Node, Progress, Roster, lasts, machine::keys, now};
use crate::{execution::Executed, ordering::Finalised, snapshot::Due, state::is_of_roster, store::StoreError};

/// Blocks in one write at most.
const GROUP: usize = 64;

/// Why a finalised block could not be taken.
#[derive(Debug, thiserror::Error)]
enum CommitError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("block {0} was finalised but does not follow from what this node has")]
    Gap(u64),
    #[error("block {0} was finalised with another outcome than this node computes: its data or program differs")]
    Diverged(u64),
    #[error("block {0} was finalised with a batch that this node cannot read")]
    Unreadable(u64),
}

/// An executed block and the certificate of exactly it.
pub(super) type Certified = (Arc<Executed>, Option<Certificate>);

struct Group {
    blocks: Vec<Certified>,
    done: Vec<Box<dyn FnOnce() + Send>>,
}

/// Commits until the node is dropped or can no longer trust its data.
pub fn run(node: &Node, finalised: &Receiver<Finalised>) {
    while let Ok(first) = finalised.recv() {
        if !commit_group(node, first, finalised) {
            return;
        }
    }
}

/// Commits a block and those that wait after it; false if the node can no longer trust its data.
pub(crate) fn commit_group(node: &Node, first: Finalised, finalised: &Receiver<Finalised>) -> bool {
    let mut group = Group { blocks: Vec::new(), done: Vec::new() };
    let outcome = take(node, &mut group, first)
        .and_then(|()| finalised.try_iter().take(GROUP - 1).try_for_each(|next| take(node, &mut group, next)))
        .and_then(|()| Ok(commit(node, &group.blocks)?));
    if let Err(error) = outcome {
        node.halt(&error);
        return false;
    }
    for done in group.done {
        done();
    }
    true
}

/// Adds a block to the group, executing it if this node has not.
fn take(node: &Node, group: &mut Group, finalised: Finalised) -> Result<(), CommitError> {
    let Finalised { block, certificate, done } = finalised;
    let height = block.header().height;
    let last = group.blocks.last().map_or_else(|| node.0.chain.height(), |(last, _)| last.header.height);
    group.done.extend(done);
    if height <= last {
        return Ok(());
    }
    let executed = match node.0.chain.executed(&block.id()) {
        Some(executed) => executed,
        None => {
            let base = node.0.chain.base(&block.header().parent).ok_or(CommitError::Gap(height))?;
            let batches = block.batches().iter().map(|(key, bytes)| node.0.admissions.certified(*key, bytes.clone()));
            let batches = batches.collect::<Result<Vec<_>, _>>().map_err(|_| CommitError::Unreadable(height))?;
            let draft = node.execute(&base, block.header().timestamp, &batches)?;
            if !draft.matches(block.header()) {
                return Err(CommitError::Diverged(height));
            }
            let executed = Arc::new(draft.seal(*block.header(), keys(&block)));
            node.0.chain.keep(Arc::clone(&executed));
            executed
        }
    };
    group.blocks.push((executed, certificate));
    Ok(())
}

/// Writes blocks, each on the one before, and tells everyone; where a snapshot is due, a write ends.
pub(super) fn commit(node: &Node, blocks: &[Certified]) -> Result<(), StoreError> {
    let mut parts = blocks.split_inclusive(|(executed, _)| has_snapshot(node, &executed.header));
    parts.try_for_each(|part| commit_part(node, part))
}

/// Whether there is to be a snapshot of the state after a block.
fn has_snapshot(node: &Node, header: &BlockHeader) -> bool {
    let every = node.0.settings.snapshot_every;
    every != 0 && header.height.is_multiple_of(every)
}

/// Has a snapshot written of the state after the block that was just committed.
fn keep_snapshot(node: &Node, header: &BlockHeader) {
    if node.is_disk_full() {
        return;
    }
    let due = Due { header: *header, signer: node.note_signer(), state: node.store().view() };
    if node.snapshots().as_ref().is_some_and(|keeper| keeper.try_send(due).is_err()) {
        tracing::warn!(height = header.height, "no snapshot: those before it are still being written");
    }
}

fn commit_part(node: &Node, blocks: &[Certified]) -> Result<(), StoreError> {
    let Some((last, _)) = blocks.last() else { return Ok(()) };
    let started = std::time::Instant::now();
    node.0.store.commit(blocks)?;
    let metrics = &node.0.metrics;
    metrics.observe(
        "kontor_commit_seconds",
        "Time to write and sync a group of blocks.",
        &[],
        started.elapsed().as_secs_f64(),
    );
    if has_snapshot(node, &last.header) {
        keep_snapshot(node, &last.header);
    }
    node.0.chain.advance(last);
    let (mut accepted, mut refused) = (0, 0);
    for (executed, _) in blocks {
        node.0.pool.remove(&executed.batches);
        node.0.admissions.forget(&executed.batches);
        for attachment in executed.attachments() {
            // What finds no room here is wanted in the store, and found there later.
            let _ = node.0.attachments.try_send(*attachment);
        }
        for entry in &executed.entries {
            if entry.outcome.is_accepted() {
                accepted += 1;
            } else {
                refused += 1;
            }
        }
    }
    let header = &last.header;
    if blocks.iter().any(|(executed, _)| changes_roster(executed)) {
        let roster = Roster::load(&node.0.store, node.genesis())?;
        node.0.admissions.directory().update(&roster.members);
        *node.lasts() = lasts(&roster.epoch);
        *node.0.roster.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(roster);
    }
    node.0.progress.send_replace(Progress {
        height: header.height,
        size: header.log_size,
        root: header.log_root,
        digest: last.digest,
        timestamp: header.timestamp,
        epoch: node.roster().epoch.number,
    });
    node.activity().committed(now(), blocks.len() as u64, accepted, refused);
    wake(node, blocks);
    const RECORDS: &str = "Records that became final, by outcome.";
    metrics.count("kontor_records_total", RECORDS, &[("outcome", "accepted")], accepted);
    metrics.count("kontor_records_total", RECORDS, &[("outcome", "refused")], refused);
    metrics.count("kontor_blocks_total", "Blocks that became final.", &[], blocks.len() as u64);
    metrics.gauge("kontor_log_size", "Records in the log.", &[], header.log_size as f64);
    metrics.gauge("kontor_height", "Height of the last block.", &[], header.height as f64);
    Ok(())
}

/// Whether a block changed who takes part.
fn changes_roster(executed: &Executed) -> bool {
    executed.writes.keys().any(|key| is_of_roster(key))
}

/// Wakes those that wait for one of the blocks' records.
fn wake(node: &Node, blocks: &[Certified]) {
    let mut waiting = node.waiting();
    if waiting.is_empty() {
        return;
    }
    for entry in blocks.iter().flat_map(|(executed, _)| &executed.entries) {
        for waiter in waiting.remove(&entry.id).into_iter().flatten() {
            let _ = waiter.send(entry.clone());
        }
    }
}
