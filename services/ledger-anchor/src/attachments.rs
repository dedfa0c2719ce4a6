//! Attachments: sealed documents by their SM3, in a store of objects, pulled from the other members' nodes.

use std::{path::Path, sync::Arc};

use bytes::Bytes;
use futures::{StreamExt as _, stream};
use kontor_chassis::Shutdown;
use kontor_ledger::member::MemberId;
use kontor_sealing::Hash;
use object_store::{ObjectStore, ObjectStoreExt as _, PutPayload, local::LocalFileSystem, path::Path as ObjectPath};
use tokio::{
    sync::mpsc::Receiver,
    time::{Duration, Instant, sleep_until, timeout},
};

use crate::{node::Node, peers::Peers, store::Wanted};

/// Why an attachment could not be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum AttachmentError {
    /// The store failed.
    #[error("the attachment store failed")]
    Store(#[from] object_store::Error),
    /// The folder cannot be made.
    #[error("the attachment folder cannot be used")]
    Folder(#[from] std::io::Error),
    /// The bytes are not those that the digest names.
    #[error("the bytes have the digest {0}")]
    Digest(Hash),
    /// Larger than allowed.
    #[error("an attachment has at most {0} bytes")]
    TooLarge(usize),
}

/// One node's attachments.
#[derive(Clone)]
pub struct Attachments(Arc<Inner>);

struct Inner {
    objects: Box<dyn ObjectStore>,
    peers: Peers,
    client: reqwest::Client,
    limit: usize,
}

/// Attachments looked for before it is asked what else came.
const PAGE: usize = 64;

/// Attachments looked for at one time.
const AT_ONCE: usize = 8;

/// Between two tries for what no peer had, at least.
const SWEEP: Duration = Duration::from_secs(5);

/// For one attachment from one peer.
const PULL: Duration = Duration::from_secs(20);

impl Attachments {
    /// Attachments in a local folder, pulled from `peers`.
    ///
    /// # Errors
    /// If the folder cannot be used.
    pub fn open(folder: &Path, peers: Peers, client: reqwest::Client, limit: usize) -> Result<Self, AttachmentError> {
        std::fs::create_dir_all(folder)?;
        let objects = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
        Ok(Self(Arc::new(Inner { objects: Box::new(objects), peers, client, limit })))
    }

    /// The largest that is kept, in bytes.
    pub fn limit(&self) -> usize {
        self.0.limit
    }

    /// Keeps bytes under their digest.
    ///
    /// # Errors
    /// [`AttachmentError::Digest`] if it is another's, and the others.
    pub async fn put(&self, digest: &Hash, bytes: Bytes) -> Result<(), AttachmentError> {
        if bytes.len() > self.0.limit {
            return Err(AttachmentError::TooLarge(self.0.limit));
        }
        let found = Hash::sm3(&[&bytes]);
        if found != *digest {
            return Err(AttachmentError::Digest(found));
        }
        self.0.objects.put(&place(digest), PutPayload::from(bytes)).await?;
        Ok(())
    }

    /// The bytes, if they are here.
    ///
    /// # Errors
    /// [`AttachmentError::Store`].
    pub async fn get(&self, digest: &Hash) -> Result<Option<Bytes>, AttachmentError> {
        match self.0.objects.get(&place(digest)).await {
            Ok(object) => Ok(Some(object.bytes().await?)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Forgets the bytes; false if they were not here.
    ///
    /// # Errors
    /// [`AttachmentError::Store`].
    pub async fn remove(&self, digest: &Hash) -> Result<bool, AttachmentError> {
        if !self.has(digest).await? {
            return Ok(false);
        }
        self.0.objects.delete(&place(digest)).await?;
        Ok(true)
    }

    /// Whether the bytes are here.
    async fn has(&self, digest: &Hash) -> Result<bool, AttachmentError> {
        match self.0.objects.head(&place(digest)).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// The bytes from here, or else from the first peer that has them.
    ///
    /// # Errors
    /// Any [`AttachmentError`].
    pub async fn find(&self, digest: &Hash) -> Result<Option<Bytes>, AttachmentError> {
        match self.get(digest).await? {
            Some(bytes) => Ok(Some(bytes)),
            None => self.fetch(digest, None).await,
        }
    }

    /// Asks the peers, `first` before the others, and keeps what one of them has.
    async fn fetch(&self, digest: &Hash, first: Option<&MemberId>) -> Result<Option<Bytes>, AttachmentError> {
        let peers = self.0.peers.now();
        let (before, after): (Vec<_>, Vec<_>) = peers.iter().partition(|peer| Some(&peer.member) == first);
        for peer in before.into_iter().chain(after).map(|peer| peer.http.as_str()) {
            let Ok(Some(bytes)) = timeout(PULL, self.pull(peer, digest)).await else { continue };
            match self.put(digest, bytes.clone()).await {
                Ok(()) => return Ok(Some(bytes)),
                Err(AttachmentError::Digest(found)) => {
                    tracing::warn!(peer, %digest, %found, "a peer sent other bytes than it was asked for");
                }
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    async fn pull(&self, peer: &str, digest: &Hash) -> Option<Bytes> {
        let request = self.0.client.get(format!("{peer}/v1/attachments/{digest}?local=true"));
        let mut answer = request.send().await.ok()?.error_for_status().ok()?;
        let mut bytes = bytes::BytesMut::new();
        while let Some(chunk) = answer.chunk().await.ok()? {
            if bytes.len().saturating_add(chunk.len()) > self.0.limit {
                return None;
            }
            bytes.extend_from_slice(&chunk);
        }
        Some(bytes.freeze())
    }

    /// Pulls what accepted records name, told by `fresh` or left from before, until told to stop.
    pub async fn replicate(self, node: Node, mut fresh: Receiver<Wanted>, shutdown: Shutdown) {
        let mut due = Instant::now();
        shutdown
            .run_until(async {
                loop {
                    tokio::select! {
                        Some(first) = fresh.recv() => {
                            let more = std::iter::from_fn(|| fresh.try_recv().ok()).take(PAGE - 1);
                            self.pull_all(&node, [first].into_iter().chain(more).collect()).await;
                        }
                        () = sleep_until(due) => {
                            let started = Instant::now();
                            self.sweep(&node).await;
                            due = Instant::now() + SWEEP.max(started.elapsed() * 10);
                        }
                    }
                }
            })
            .await;
    }

    /// Tries once for everything that is missing.
    async fn sweep(&self, node: &Node) {
        let mut after = None;
        loop {
            let page = match node.store().wanted(after.as_ref(), PAGE) {
                Ok(page) => page,
                Err(error) => {
                    tracing::error!(%error, "cannot read which attachments are wanted");
                    return;
                }
            };
            let Some(last) = page.last() else { return };
            after = Some(last.digest);
            self.pull_all(node, page).await;
        }
    }

    /// Tries once for each; what no peer has now stays wanted.
    async fn pull_all(&self, node: &Node, wanted: Vec<Wanted>) {
        let pull = |Wanted { digest, sponsor }| async move {
            let found = match self.has(&digest).await {
                Ok(false) => self.fetch(&digest, Some(&sponsor)).await.map(|bytes| bytes.is_some()),
                known => known,
            };
            match found {
                Ok(true) => {
                    if let Err(error) = node.store().found(&digest) {
                        tracing::error!(%error, "cannot note that an attachment is here");
                    }
                }
                Ok(false) => tracing::debug!(%digest, "no member has an attachment that a record names"),
                Err(error) => tracing::error!(%error, %digest, "cannot keep an attachment"),
            }
        };
        stream::iter(wanted).for_each_concurrent(AT_ONCE, pull).await;
    }
}

/// Folders by the first two digits, so that none grows too large.
fn place(digest: &Hash) -> ObjectPath {
    let digits = digest.to_string();
    let (folder, _) = digits.split_at(2);
    ObjectPath::from(format!("{folder}/{digits}"))
}
