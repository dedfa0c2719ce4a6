//! Joining from a snapshot: a new node takes the rules' state from others instead of computing it, and proves the rest.
//!
//! | Module | Holds |
//! |---|---|
//! | [`source`] | the other members' nodes, asked one after the other |
//! | [`walk`] | the log up to the snapshot, page by page, held against certificates |
//!
//! The state is what f + 1 validators of the snapshot's epoch vouch for. Everything else is proven: validators by the
//! ends of epochs from genesis on, blocks by their links and certificates, records by their ids and authors, outcomes
//! by the log's root. All headers are fetched, though the last would do: they are small beside their records, prove
//! each page as it comes, give every record the height of its block, and leave a node that lacks nothing, so that
//! others can follow it and no reader needs a case for what is not here. Only the rules are not run.
//!
//! The store is filled under another name and renamed when it is whole: after a crash the join starts again.

mod source;
mod walk;

use std::{
    fs::{self, File},
    io,
    path::Path,
    sync::Arc,
};

use kontor_ledger::epoch::EpochEnd;
use kontor_sealing::{Hash, PublicKey};
use tokio::{
    task::spawn_blocking,
    time::{Duration, sleep},
};

use source::Sources;
use walk::{Page, Walk};

use crate::{
    config::Peer,
    rules::{Network, members},
    snapshot::{Manifest, chunk, manifest::latest_vouched},
    store::{Committed, Store, StoreError},
};

/// The store while it is filled.
const UNFINISHED: &str = "store.joining";

/// How often the others are asked for snapshots, and between two times.
const ROUNDS: u32 = 5;
const AGAIN: Duration = Duration::from_secs(2);

/// Why a node cannot join from a snapshot.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// Nobody offers one, or too few vouch for the same.
    #[error("no snapshot is offered that enough validators vouch for")]
    NotVouched,
    /// The key may have voted in an epoch of which no votes are here.
    #[error("this node's key has a seat in epoch {0} of the network, in which it may have voted")]
    Seated(u64),
    /// All others failed, or gave what is not right.
    #[error("no other member's node gives {0} of the snapshot at {1} as it must be")]
    Unavailable(&'static str, u64),
    /// The state contradicts the blocks.
    #[error("the snapshot at {0} is not of the state after its block")]
    State(u64),
    /// The new store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Its folder cannot be used.
    #[error("the new store cannot be put in its place")]
    Folder(#[from] io::Error),
    /// The work was cancelled.
    #[error("the node is stopping")]
    Stopping,
}

/// A node that is to join.
pub struct Join<'a> {
    /// Where.
    pub network: &'a Network,
    /// The keys that it may order with.
    pub own: Vec<PublicKey>,
    /// The other members' nodes.
    pub peers: &'a [Peer],
    /// For their public listeners.
    pub client: reqwest::Client,
    /// Bytes of the database's cache.
    pub cache: u64,
}

/// Removes what a join that was cut short left in the node's folder.
///
/// # Errors
/// If it cannot be removed.
pub fn forget_unfinished(data: &Path) -> io::Result<()> {
    match fs::remove_dir_all(data.join(UNFINISHED)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

impl Join<'_> {
    /// Makes `store`, a folder below `data` that does not exist, from the latest snapshot that enough validators
    /// vouch for; its height.
    ///
    /// # Errors
    /// Any [`JoinError`]; there is no `store` then.
    pub async fn run(&self, data: &Path, store: &Path) -> Result<u64, JoinError> {
        let (manifest, holders, ends) = self.choose().await?;
        let height = manifest.height;
        tracing::info!(height, "joining from a snapshot");
        let unfinished = data.join(UNFINISHED);
        let filled = self.fill(&unfinished, &manifest, holders, ends).await;
        if let Err(error) = filled {
            forget_unfinished(data)?;
            return Err(error);
        }
        fs::rename(&unfinished, store)?;
        File::open(data)?.sync_all()?;
        Ok(height)
    }

    fn sources(&self) -> Sources {
        let addresses = self.peers.iter().map(|peer| peer.http.trim_end_matches('/').to_owned()).collect();
        Sources::new(self.client.clone(), addresses)
    }

    /// The snapshot to take, who has it, and how the network came to its epoch.
    async fn choose(&self) -> Result<(Manifest, Sources, Vec<EpochEnd>), JoinError> {
        let (network, genesis) = (self.network.id, self.network.genesis.validators());
        let mut sources = self.sources();
        for round in 0..ROUNDS {
            if round > 0 {
                sleep(AGAIN).await;
            }
            let offered = sources.offers().await;
            let last = offered.iter().map(|(_, offer)| offer.manifest.epoch).max().unwrap_or(0);
            let ends = sources.epoch_ends(&network, &genesis, last).await;
            let after = ends.iter().map(|end| end.validators.clone());
            let epochs: Vec<_> = [genesis.clone()].into_iter().chain(after).collect();
            let (holders, offers): (Vec<_>, Vec<_>) = offered.into_iter().unzip();
            let Some(manifest) = latest_vouched(&network, &epochs, &offers) else { continue };
            let seated = usize::try_from(manifest.epoch).ok().and_then(|epoch| epochs.get(epoch));
            if seated.is_some_and(|validators| self.own.iter().any(|key| validators.contains(key))) {
                return Err(JoinError::Seated(manifest.epoch));
            }
            let holders = holders.into_iter().zip(&offers).filter(|(_, offer)| offer.manifest == manifest);
            let holders = holders.map(|(holder, _)| holder).collect();
            return Ok((manifest, Sources::new(self.client.clone(), holders), ends));
        }
        Err(JoinError::NotVouched)
    }

    /// Fills a new store. The state comes first: the others keep a snapshot for some time only, the log for good.
    async fn fill(
        &self,
        folder: &Path,
        manifest: &Manifest,
        holders: Sources,
        ends: Vec<EpochEnd>,
    ) -> Result<(), JoinError> {
        let genesis = &self.network.genesis;
        let store = Arc::new(Store::open(folder, genesis, self.cache)?);
        restore(&store, manifest, holders).await?;
        let mut walk = Walk::new(genesis, ends, manifest);
        let mut sources = self.sources();
        while !walk.has_arrived() {
            let page = sources.first(async |source| page(source, walk.clone()).await).await;
            let Page { walk: next, blocks, ends } =
                page.ok_or(JoinError::Unavailable("the log before the block", manifest.height))?;
            walk = next;
            let filling = Arc::clone(&store);
            spawn_blocking(move || filling.adopt(&blocks, &ends)).await.map_err(|_| JoinError::Stopping)??;
        }
        let epoch = members::epoch(&Committed::new(&store), genesis).map_err(StoreError::from)?;
        if !walk.ends_in(epoch.number, &epoch.validators) {
            return Err(JoinError::State(manifest.height));
        }
        Ok(store.persist()?)
    }
}

/// Fetches the chunks.
async fn restore(store: &Arc<Store>, manifest: &Manifest, mut holders: Sources) -> Result<(), JoinError> {
    let (mut count, mut last) = (0_u64, None);
    for (number, digest) in manifest.chunks.iter().enumerate() {
        let path = format!("/v1/snapshots/{}/{number}", manifest.height);
        let fetched = holders.first(async |source| {
            let bytes = source.get(&path, chunk::MAX_BYTES).await?;
            (Hash::sm3(&[&bytes]) == *digest).then(|| chunk::decode(&bytes).ok()).flatten()
        });
        let pairs = fetched.await.ok_or(JoinError::Unavailable("a chunk", manifest.height))?;
        if pairs.first().is_some_and(|(key, _)| last.as_ref().is_some_and(|last| last >= key)) {
            return Err(JoinError::State(manifest.height));
        }
        last = pairs.last().map(|(key, _)| key.clone());
        count = count.saturating_add(pairs.len() as u64);
        let filling = Arc::clone(store);
        spawn_blocking(move || filling.restore(&pairs)).await.map_err(|_| JoinError::Stopping)??;
    }
    if count == manifest.count { Ok(()) } else { Err(JoinError::State(manifest.height)) }
}

/// The next blocks from one node, if they are what they must be.
async fn page(source: source::Source, walk: Walk) -> Option<Page> {
    let blocks = source.blocks(walk.next()).await?;
    let outcomes = source.outcomes(walk.positions(&blocks)?).await?;
    match spawn_blocking(move || walk.take(blocks, outcomes)).await.ok()? {
        Ok(page) => Some(page),
        Err(error) => {
            tracing::warn!(%error, "a member's node gives a log that does not hold");
            None
        }
    }
}
