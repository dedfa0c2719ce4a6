//! The other members' nodes as sources of a join; nothing that they say is believed here but the form.

use std::ops::Range;

use futures::{StreamExt as _, TryStreamExt as _, future::join_all, stream};
use kontor_ledger::epoch::EpochEnd;
use kontor_sealing::{Hash, PublicKey};
use serde::Deserialize;
use tokio::time::{Duration, sleep, timeout};

use crate::{
    log::{Entry, TILE_WIDTH, Tile},
    node::follower::{FinalBlock, decode},
    snapshot::Offer,
    watch::{self, bounded},
};

/// For an answer that is small.
const ANSWER: Duration = Duration::from_secs(5);

/// For a chunk or a page of blocks.
const TRANSFER: Duration = Duration::from_secs(120);

/// Two manifests of the largest snapshots.
const OFFERS_BYTES: usize = 16 << 20;

/// A page ends at a certified block only, so that it may exceed its own bound by some blocks.
const PAGE_BYTES: usize = 256 << 20;

/// Snapshots of one node that are looked at.
const OFFERS: usize = 3;

/// How often all are asked for the same thing, and between two times.
const ROUNDS: u32 = 5;
const AGAIN: Duration = Duration::from_secs(1);

/// Bundles of entries asked for at one time.
const AT_ONCE: usize = 8;

/// One node.
#[derive(Debug, Clone)]
pub(super) struct Source {
    client: reqwest::Client,
    address: String,
}

/// All that may be asked.
#[derive(Debug)]
pub(super) struct Sources {
    all: Vec<Source>,
    /// Who is asked first: the one that answered last.
    preferred: usize,
}

/// As `GET /v1/snapshots` answers.
#[derive(Debug, Deserialize)]
struct Offers {
    snapshots: Vec<Offer>,
}

impl Sources {
    pub(super) fn new(client: reqwest::Client, addresses: Vec<String>) -> Self {
        let all = addresses.into_iter().map(|address| Source { client: client.clone(), address }).collect();
        Self { all, preferred: 0 }
    }

    /// What the nodes have, with the address of each.
    pub(super) async fn offers(&self) -> Vec<(String, Offer)> {
        let asked = self.all.iter().map(|source| async {
            let bytes = timeout(ANSWER, source.get("/v1/snapshots", OFFERS_BYTES)).await.ok().flatten();
            let offers = bytes.and_then(|bytes| serde_json::from_slice::<Offers>(&bytes).ok());
            let offers = offers.into_iter().flat_map(|offers| offers.snapshots).take(OFFERS);
            offers.map(|offer| (source.address.clone(), offer)).collect::<Vec<_>>()
        });
        join_all(asked).await.concat()
    }

    /// The ends of epochs from genesis up to `last`, as far as some node proves them.
    pub(super) async fn epoch_ends(&mut self, network: &Hash, genesis: &[PublicKey], last: u64) -> Vec<EpochEnd> {
        let mut ends: Vec<EpochEnd> = Vec::new();
        for epoch in 0..=last {
            let validators = ends.last().map_or(genesis, |end| end.validators.as_slice());
            let Some(end) = self.epoch_end(network, epoch, validators).await else { break };
            ends.push(end);
        }
        ends
    }

    async fn epoch_end(&mut self, network: &Hash, epoch: u64, validators: &[PublicKey]) -> Option<EpochEnd> {
        for _ in 0..self.all.len() {
            let Source { client, address } = self.all.get(self.preferred)?;
            let end = timeout(ANSWER, watch::epoch_end(client, address, epoch)).await.ok().flatten();
            if let Some(end) = end.filter(|end| end.verify(network, epoch, validators).is_ok()) {
                return Some(end);
            }
            self.prefer_next();
        }
        None
    }

    const fn prefer_next(&mut self) {
        self.preferred = (self.preferred + 1) % self.all.len();
    }

    /// The first answer that `ask` takes; `None` if nobody gives one in some rounds.
    pub(super) async fn first<T>(&mut self, ask: impl AsyncFn(Source) -> Option<T>) -> Option<T> {
        for round in 0..ROUNDS {
            if round > 0 {
                sleep(AGAIN).await;
            }
            for _ in 0..self.all.len() {
                let source = self.all.get(self.preferred)?;
                if let Ok(Some(answer)) = timeout(TRANSFER, ask(source.clone())).await {
                    return Some(answer);
                }
                tracing::warn!(source = source.address, "a member's node did not help to join, asking the next one");
                self.prefer_next();
            }
        }
        None
    }
}

impl Source {
    /// The bytes at a path, unless they are more than `limit`.
    pub(super) async fn get(&self, path: &str, limit: usize) -> Option<Vec<u8>> {
        let answer = self.client.get(format!("{}{path}", self.address)).send().await.ok()?;
        bounded(answer.error_for_status().ok()?, limit).await
    }

    /// Blocks from a height on.
    pub(super) async fn blocks(&self, from: u64) -> Option<Vec<FinalBlock>> {
        decode(&self.get(&format!("/v1/blocks?from={from}"), PAGE_BYTES).await?).ok()
    }

    /// What the log says of the records at some positions.
    pub(super) async fn outcomes(&self, positions: Range<u64>) -> Option<Vec<Entry>> {
        if positions.is_empty() {
            return Some(Vec::new());
        }
        let bundles = positions.start / TILE_WIDTH..positions.end.div_ceil(TILE_WIDTH);
        let fetched = stream::iter(bundles).map(|number| async move {
            let first = number * TILE_WIDTH;
            let width = u16::try_from((positions.end - first).min(TILE_WIDTH)).ok()?;
            let tile = Tile { level: None, number, width };
            let entries = Entry::read_bundle(&self.get(&format!("/v1/{tile}"), 1 << 16).await?)?;
            (entries.len() == usize::from(width)).then_some(entries)
        });
        let bundles: Vec<Vec<Entry>> =
            fetched.buffered(AT_ONCE).map(|bundle| bundle.ok_or(())).try_collect().await.ok()?;
        let skip = usize::try_from(positions.start % TILE_WIDTH).ok()?;
        Some(bundles.into_iter().flatten().skip(skip).collect())
    }
}
