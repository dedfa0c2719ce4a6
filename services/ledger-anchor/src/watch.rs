//! Comparing checkpoints with the other members' nodes: two logs that validators certified and that do not begin
//! alike are a fork, and whoever signed both broke the protocol.

use std::collections::BTreeSet;

use kontor_chassis::Shutdown;
use kontor_ledger::{block::BlockHeader, certificate::Certificate, member::MemberId};
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

/// Compares with each of `peers` every so often, until told to stop.
pub async fn compare(node: Node, peers: Peers, client: reqwest::Client, every: Duration, shutdown: Shutdown) {
    shutdown
        .run_until(async {
            loop {
                sleep(every).await;
                for Peer { member, http: address, .. } in &peers.now() {
                    // A peer that cannot be reached shows in its own monitoring.
                    let Ok(Some(checkpoint)) = timeout(ANSWER, ask(&client, address)).await else { continue };
                    let judging = node.clone();
                    match tokio::task::spawn_blocking(move || judge(&judging, &checkpoint)).await {
                        Ok(Ok(Comparison::Same)) => {}
                        Ok(Ok(Comparison::Unproven)) => {
                            tracing::warn!(%member, "a member's node shows a checkpoint that no validators certified");
                        }
                        Ok(Ok(Comparison::Fork(what))) => {
                            node.raise(AlarmKind::Fork, &format!("{member}'s node: {what}"))
                        }
                        Ok(Err(error)) => tracing::error!(%error, "cannot compare a checkpoint"),
                        Err(_) => return,
                    }
                }
            }
        })
        .await;
}

pub(crate) async fn ask(client: &reqwest::Client, address: &str) -> Option<Checkpoint> {
    let request = client.get(format!("{address}/v1/checkpoints/latest"));
    let answer = request.send().await.ok()?.error_for_status().ok()?;
    let bytes = bounded(answer).await?;
    serde_json::from_slice(&bytes).ok()
}

/// An answer's body, unless it is larger than any that is asked for here.
pub(crate) async fn bounded(mut answer: reqwest::Response) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.ok()? {
        if bytes.len().saturating_add(chunk.len()) > LARGEST {
            return None;
        }
        bytes.extend_from_slice(&chunk);
    }
    Some(bytes)
}

fn judge(node: &Node, other: &Checkpoint) -> Result<Comparison, StoreError> {
    let Checkpoint { block, certificate } = other;
    if certificate.epoch > node.epoch().number {
        return Ok(Comparison::Same);
    }
    let validators = node.validators_of(certificate.epoch)?.unwrap_or_default();
    let certified = block.network == node.network()
        && certificate.payload == block.digest()
        && certificate.verify(&node.network(), &validators).is_ok();
    if !certified {
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
