//! A node that orders nothing: an observer pulls finalised blocks from validators and trusts only certificates.
//!
//! Every block is linked to a certified one, executed, and held against the log's root before it is committed; every
//! author's signature is checked again. Records that are submitted here go to a validator's node.

use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use bytes::Bytes;
use kontor_chassis::Shutdown;
use kontor_ledger::{
    block::{BlockDigest, BlockHeader},
    certificate::{Certificate, CertificateError},
    encoding::{EncodingError, from_cbor},
    governance::Epoch,
    record::Record,
};
use kontor_sealing::{Hash, PublicKey};
use minicbor::{Decode, Encode, bytes::ByteVec};
use reqwest::StatusCode;
use tokio::{task::JoinHandle, time::Duration};

use super::{Node, committer};
use crate::{
    admission::AdmittedRecord,
    config::Peer,
    execution,
    ordering::{Membership, Ordering, block::BatchKey},
    peers::Peers,
    store::{Committed, StoreError},
};

/// Blocks in one answer at most.
pub const PAGE: usize = 64;

/// Bytes of records in one answer after which no further block is added.
pub const PAGE_BYTES: usize = 4 << 20;

/// After a failure, before the next try.
const RETRY: Duration = Duration::from_millis(300);

/// How long a validator holds a request open while there is nothing new.
pub const WAIT: Duration = Duration::from_secs(10);

/// A finalised block as followers fetch it.
#[derive(Debug, Clone, Encode, Decode)]
pub struct FinalBlock {
    /// What validators certified.
    #[n(0)]
    pub header: BlockHeader,
    /// The certificate of exactly this block, if the node has one.
    #[n(1)]
    pub certificate: Option<Certificate>,
    /// Its records in log order, each in canonical CBOR.
    #[n(2)]
    pub records: Vec<ByteVec>,
}

/// How often a batch is offered to all validators, and the wait after the first round; it grows by as much each time.
const ROUNDS: u32 = 20;
const AGAIN: Duration = Duration::from_millis(250);

/// Why blocks were not taken.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// The validator did not answer, or not as it should.
    #[error("the validator did not answer as it should")]
    Http(#[from] reqwest::Error),
    /// What it answered is not a sequence of blocks.
    #[error("the answer is not a sequence of blocks")]
    Encoding(#[from] EncodingError),
    /// A block does not follow the one before.
    #[error("block {0} does not follow the one before it")]
    Link(u64),
    /// A certificate does not hold.
    #[error("block {0} has a certificate that does not hold")]
    Certificate(u64, #[source] CertificateError),
    /// A record's author did not sign it.
    #[error("block {0} has a record that its author did not sign")]
    Author(u64),
    /// Execution gave another log.
    #[error("block {0} has another outcome than this node computes")]
    Diverged(u64),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The work was cancelled.
    #[error("the node is stopping")]
    Stopping,
}

/// The substitute for the engine on a node that does not order.
pub struct Follower {
    node: Node,
    peers: Peers,
    members: Option<reqwest::Client>,
    next: AtomicUsize,
    shutdown: Shutdown,
    task: Mutex<Option<JoinHandle<()>>>,
    runtime: tokio::runtime::Handle,
}

impl Follower {
    /// Starts to follow. `members` is the client that shows this node's certificate; without it nothing can be
    /// submitted here.
    pub fn start(node: Node, peers: Peers, public: reqwest::Client, members: Option<reqwest::Client>) -> Self {
        let shutdown = Shutdown::new();
        let task = tokio::spawn({
            let (node, peers, shutdown) = (node.clone(), peers.clone(), shutdown.clone());
            async move {
                shutdown.run_until(follow(node, peers, public)).await;
            }
        });
        Self {
            node,
            peers,
            members,
            next: AtomicUsize::new(0),
            shutdown,
            task: Mutex::new(Some(task)),
            runtime: tokio::runtime::Handle::current(),
        }
    }
}

impl Ordering for Follower {
    fn submit(&self, batch: Bytes) {
        let Some(client) = self.members.clone() else {
            tracing::warn!("records were submitted to an observer that has no certificate to pass them on with");
            return;
        };
        let start = self.next.fetch_add(1, Relaxed);
        let (node, peers, shutdown) = (self.node.clone(), self.peers.clone(), self.shutdown.clone());
        self.runtime.spawn(async move {
            for round in 0..ROUNDS {
                let sources = sources(&peers);
                let count = sources.len();
                for source in sources.iter().cycle().skip(start % count.max(1)).take(count) {
                    let Some(address) = &source.mutual_tls else { continue };
                    let request = client
                        .post(format!("{address}/v1/records?timeout=0"))
                        .header("content-type", "application/cbor")
                        .body(batch.clone());
                    match request.send().await.map(|answer| answer.status()) {
                        Ok(status) if status.is_success() => return,
                        Ok(status) => {
                            tracing::warn!(%status, source = address, "a validator did not take a batch");
                            if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS {
                                node.0.pool.remove([&BatchKey::of(&batch)]);
                                return;
                            }
                        }
                        Err(error) => tracing::warn!(%error, "a validator could not be reached"),
                    }
                }
                let wait = AGAIN * (round + 1);
                if shutdown.run_until(tokio::time::sleep(wait)).await.is_none() {
                    return;
                }
            }
            // While it waits here, nobody would pass it on when it is submitted again.
            node.0.pool.remove([&BatchKey::of(&batch)]);
        });
    }

    fn membership(&self) -> Membership {
        let Epoch { number, validators, .. } = self.node.epoch();
        Membership { epoch: number, view: 0, validators, orders: false }
    }

    fn has_failed(&self) -> bool {
        false
    }

    fn stop(&self) {
        self.shutdown.trigger();
        if let Some(task) = self.task.lock().unwrap_or_else(PoisonError::into_inner).take() {
            task.abort();
        }
    }
}

/// The members' nodes that may order.
fn sources(peers: &Peers) -> Vec<Peer> {
    peers.now().into_iter().filter(|peer| peer.ordering.is_some()).collect()
}

/// Pulls and applies blocks for ever, from one validator until it fails, then from the next.
async fn follow(node: Node, peers: Peers, client: reqwest::Client) {
    loop {
        for source in sources(&peers) {
            loop {
                match step(&node, &source, &client).await {
                    Ok(()) => {}
                    Err(error @ (FollowError::Diverged(_) | FollowError::Store(_))) => {
                        node.halt(&error);
                        return;
                    }
                    Err(error) => {
                        tracing::warn!(%error, source = source.http, "following another validator");
                        break;
                    }
                }
            }
            tokio::time::sleep(RETRY).await;
        }
        tokio::time::sleep(RETRY).await;
    }
}

async fn step(node: &Node, source: &Peer, client: &reqwest::Client) -> Result<(), FollowError> {
    let from = node.0.chain.height().saturating_add(1);
    let wait = WAIT.as_secs();
    let url = format!("{}/v1/blocks?from={from}&wait={wait}", source.http);
    let answer = client.get(url).timeout(WAIT + WAIT).send().await?.error_for_status()?;
    let blocks = decode(&answer.bytes().await?)?;
    let Some(certified) = blocks.iter().rposition(|block| block.certificate.is_some()) else { return Ok(()) };
    let node = node.clone();
    let applied = tokio::task::spawn_blocking(move || apply(&node, blocks, certified));
    applied.await.map_err(|_| FollowError::Stopping)?
}

/// Reads a page of blocks.
pub(crate) fn decode(bytes: &[u8]) -> Result<Vec<FinalBlock>, FollowError> {
    // A page may exceed the bound of one value by its last block.
    let blocks: Vec<FinalBlock> =
        minicbor::decode(bytes).map_err(|error| FollowError::Encoding(EncodingError::Malformed(error)))?;
    Ok(blocks)
}

/// Commits the blocks up to the last certified one, epoch by epoch.
fn apply(node: &Node, mut blocks: Vec<FinalBlock>, certified: usize) -> Result<(), FollowError> {
    blocks.truncate(certified.saturating_add(1));
    while let Some(first) = blocks.first() {
        let epoch = node.epoch();
        let rest = blocks.iter().position(|block| block.header.epoch != epoch.number).unwrap_or(blocks.len());
        if rest == 0 {
            return Err(FollowError::Link(first.header.height));
        }
        let later = blocks.split_off(rest);
        apply_epoch(node, &epoch.validators, blocks)?;
        blocks = later;
    }
    Ok(())
}

/// Checks that blocks of one epoch come after the one at `height`, whose digest is `parent`, and that the epoch's
/// validators certified the last; the last's digest.
pub(crate) fn check_links(
    network: &Hash,
    validators: &[PublicKey],
    (mut height, mut parent): (u64, BlockDigest),
    blocks: &[FinalBlock],
) -> Result<BlockDigest, FollowError> {
    let mut certified = height;
    for FinalBlock { header, certificate, .. } in blocks {
        height = height.saturating_add(1);
        if header.parent != parent || header.height != height || header.network != *network {
            return Err(FollowError::Link(header.height));
        }
        parent = header.digest();
        if let Some(certificate) = certificate {
            if certificate.payload != parent || certificate.epoch != header.epoch {
                return Err(FollowError::Link(header.height));
            }
            let verdict = certificate.verify(network, validators);
            verdict.map_err(|error| FollowError::Certificate(header.height, error))?;
            certified = height;
        }
    }
    if certified == height { Ok(parent) } else { Err(FollowError::Link(height)) }
}

/// Commits blocks of one epoch, the last of which must be certified.
fn apply_epoch(node: &Node, validators: &[PublicKey], blocks: Vec<FinalBlock>) -> Result<(), FollowError> {
    let tip = node.0.chain.tip();
    check_links(&node.network(), validators, (tip.header.height, tip.digest), &blocks)?;
    let mut group = Vec::with_capacity(blocks.len());
    for FinalBlock { header, certificate, records } in blocks {
        let records = records.into_iter().map(|bytes| read(&header, Bytes::from(Vec::from(bytes))));
        let records = records.collect::<Result<Vec<_>, _>>()?;
        let base = node.0.chain.base(&header.parent).ok_or(FollowError::Link(header.height))?;
        let (network, verdicts) = (&node.0.network, &*node.0.verdicts);
        verdicts.prepare(&Committed::new(node.store()), network, header.timestamp, &records);
        let draft = execution::execute(&base, network, verdicts, header.timestamp, &[records.as_slice()])?;
        if !draft.matches(&header) {
            return Err(FollowError::Diverged(header.height));
        }
        let executed = Arc::new(draft.seal(header, Vec::new()));
        node.0.chain.keep(Arc::clone(&executed));
        group.push((executed, certificate));
    }
    committer::commit(node, &group)?;
    // Blocks come here as records, not as the batches that brought them.
    for batch in node.0.pool.oldest(usize::MAX, &HashSet::new()) {
        if node.is_final(&batch) {
            node.0.pool.remove([&batch.key]);
        }
    }
    Ok(())
}

/// Reads a record and checks that its author signed it.
pub(crate) fn read(header: &BlockHeader, bytes: Bytes) -> Result<AdmittedRecord, FollowError> {
    let record: Record = from_cbor(&bytes)?;
    let id = record.id();
    record.verify_author(&id).map_err(|_| FollowError::Author(header.height))?;
    Ok(AdmittedRecord { id, record, bytes })
}
