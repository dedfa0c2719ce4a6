//! Comparing checkpoints with the other members' nodes: two logs that validators certified and that do not begin
//! alike are a fork, and whoever signed both broke the protocol.

use std::collections::BTreeSet;

use kontor_chassis::Shutdown;
use kontor_ledger::{
    block::BlockHeader, certificate::Certificate, encoding::from_cbor, epoch::EpochEnd, governance::Epoch,
    member::MemberId,
};
use kontor_sealing::{Hash, PublicKey};
use serde::Deserialize;
use tokio::time::{Duration, sleep, timeout};

use crate::{
    config::Peer,
    node::{AlarmKind, Node},
    peers::Peers,
    store::StoreError,
};

/// For one peer's answer.
const ANSWER: Duration = Duration::from_secs(5);

/// A checkpoint is far smaller.
const LARGEST: usize = 1 << 20;

/// A peer's last certified block, as `GET /v1/checkpoints/latest` tells it.
#[derive(Debug, Deserialize)]
pub(crate) struct Checkpoint {
    /// The block.
    pub(crate) block: BlockHeader,
    pub(crate) certificate: Certificate,
}

impl Checkpoint {
    /// Whether the validators of an epoch of the network certified it.
    pub(crate) fn holds(&self, network: &Hash, epoch: u64, validators: &[PublicKey]) -> bool {
        let Self { block, certificate } = self;
        block.network == *network
            && block.epoch == epoch
            && certificate.epoch == epoch
            && certificate.payload == block.digest()
            && certificate.verify(network, validators).is_ok()
    }
}

/// What a peer's checkpoint says beside this node's log.
#[derive(Debug)]
enum Comparison {
    /// It is of the same log, or ahead of this node's.
    Same,
    /// No validators certified it.
    Unproven,
    /// It is certified and of another log.
    Fork(String),
}

/// How often, and what is too far.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// Between two rounds.
    pub every: Duration,
    /// Blocks by which another node may be ahead.
    pub lag: u64,
}

/// Compares with each of `peers` every so often, until told to stop.
pub async fn compare(node: Node, peers: Peers, client: reqwest::Client, terms: Terms, shutdown: Shutdown) {
    shutdown
        .run_until(async {
            loop {
                sleep(terms.every).await;
                let (before, mut ahead) = (node.progress().borrow().height, Vec::new());
                for peer in &peers.now() {
                    let by = compare_with(&node, peer, &client).await.unwrap_or(before).saturating_sub(before);
                    if by > terms.lag {
                        ahead.push(format!("{} by {by} blocks", peer.member));
                    }
                }
                if ahead.is_empty() {
                    node.lower(AlarmKind::Lag);
                } else {
                    node.renew(AlarmKind::Lag, &format!("other members' nodes are ahead: {}", ahead.join(", ")));
                }
            }
        })
        .await;
}

/// Compares with one peer; the height that it shows, if it shows one of the same log.
async fn compare_with(node: &Node, peer: &Peer, client: &reqwest::Client) -> Option<u64> {
    // A peer that cannot be reached shows in its own monitoring.
    let checkpoint = timeout(ANSWER, ask(client, &peer.http)).await.ok()??;
    let (judging, block, member) = (node.clone(), checkpoint.block, peer.member);
    let comparison = if checkpoint.certificate.epoch > node.epoch().number {
        // One that does not show how the network came there says nothing.
        let proven = timeout(ANSWER, is_of_later_epoch(node, &checkpoint, client, &peer.http)).await.ok()??;
        Ok(if proven { Comparison::Same } else { Comparison::Unproven })
    } else {
        tokio::task::spawn_blocking(move || judge(&judging, &checkpoint)).await.ok()?
    };
    match comparison {
        Ok(Comparison::Same) => {
            node.note_seen(member, &block);
            return Some(block.height);
        }
        Ok(Comparison::Unproven) => {
            tracing::warn!(%member, "a member's node shows a checkpoint that no validators certified");
        }
        Ok(Comparison::Fork(what)) => node.raise(AlarmKind::Fork, &format!("{member}'s node: {what}")),
        Err(error) => tracing::error!(%error, "cannot compare a checkpoint"),
    }
    None
}

/// Whether the validators of the epochs that this node has not reached hand over to those that certified a checkpoint;
/// `None` if the peer does not show it.
async fn is_of_later_epoch(
    node: &Node,
    checkpoint: &Checkpoint,
    client: &reqwest::Client,
    address: &str,
) -> Option<bool> {
    let Epoch { mut number, mut validators, .. } = node.epoch();
    while number < checkpoint.certificate.epoch {
        let end = epoch_end(client, address, number).await?;
        if end.verify(&node.network(), number, &validators).is_err() {
            return Some(false);
        }
        (number, validators) = (number.checked_add(1)?, end.validators);
    }
    Some(checkpoint.holds(&node.network(), number, &validators))
}

/// The end of an epoch as another node has it.
pub(crate) async fn epoch_end(client: &reqwest::Client, address: &str, epoch: u64) -> Option<EpochEnd> {
    let request = client.get(format!("{address}/v1/epochs?from={epoch}&limit=1"));
    let request = request.header("accept", "application/cbor");
    let bytes = bounded(request.send().await.ok()?.error_for_status().ok()?, LARGEST).await?;
    from_cbor::<Vec<EpochEnd>>(&bytes).ok()?.pop()
}

pub(crate) async fn ask(client: &reqwest::Client, address: &str) -> Option<Checkpoint> {
    let request = client.get(format!("{address}/v1/checkpoints/latest"));
    let answer = request.send().await.ok()?.error_for_status().ok()?;
    let bytes = bounded(answer, LARGEST).await?;
    serde_json::from_slice(&bytes).ok()
}

/// An answer's body, unless it is larger than `limit`.
pub(crate) async fn bounded(mut answer: reqwest::Response, limit: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.ok()? {
        if bytes.len().saturating_add(chunk.len()) > limit {
            return None;
        }
        bytes.extend_from_slice(&chunk);
    }
    Some(bytes)
}

fn judge(node: &Node, other: &Checkpoint) -> Result<Comparison, StoreError> {
    let Checkpoint { block, certificate } = other;
    let validators = node.validators_of(certificate.epoch)?.unwrap_or_default();
    if !other.holds(&node.network(), certificate.epoch, &validators) {
        return Ok(Comparison::Unproven);
    }
    let Some(own) = node.store().header(block.height)? else { return Ok(Comparison::Same) };
    if own.digest() == block.digest() {
        return Ok(Comparison::Same);
    }
    let also = node.store().certified_from(block.height)?;
    let here = match &also {
        Some((_, certificate)) => signers(node, certificate)?,
        None => BTreeSet::new(),
    };
    let there = signers(node, certificate)?;
    let list =
        |members: &mut dyn Iterator<Item = &MemberId>| members.map(MemberId::to_string).collect::<Vec<_>>().join(", ");
    Ok(Comparison::Fork(format!(
        "block {} there is {} with log root {}, here it is {} with {}; signed there by {}, signed for both logs by {}",
        block.height,
        block.digest(),
        block.log_root,
        own.digest(),
        own.log_root,
        list(&mut there.iter()),
        list(&mut there.intersection(&here)),
    )))
}

/// The members whose validators signed.
fn signers(node: &Node, certificate: &Certificate) -> Result<BTreeSet<MemberId>, StoreError> {
    let validators = node.validators_of(certificate.epoch)?.unwrap_or_default();
    let keys = certificate.votes.iter().filter_map(|vote| validators.get(usize::try_from(vote.signer).ok()?));
    keys.filter_map(|key| node.holder(key).transpose()).collect()
}
