//! The node: what HTTP asks of it, and what the ordering engine asks of it.
//!
//! | Module | Holds |
//! |---|---|
//! | [`alarms`] | what people must look at |
//! | [`machine`] | proposing and verifying blocks |
//! | [`committer`] | finalised blocks on their way to disk |
//! | [`submission`] | records on their way into a block |
//! | [`host`] | the clock, the timers and the threads that it runs on |
//! | [`follower`] | the substitute for the engine on a node that does not order |
//! | [`succession`] | engine or follower, epoch by epoch |

pub mod alarms;
pub mod committer;
pub mod follower;
pub mod host;
pub mod machine;
pub mod submission;
pub mod succession;

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
        mpsc,
    },
    time::Duration,
};

use kontor_chassis::metrics::Metrics;
use kontor_ledger::{
    block::{BlockDigest, BlockHeader},
    genesis::Genesis,
    governance::{self, Epoch, MemberState},
    member::MemberId,
    merkle::verify_inclusion,
    receipt::Receipt,
    record::RecordId,
    time::Timestamp,
};
use kontor_sealing::{Hash, PublicKey};
use serde::Serialize;
use tokio::{
    sync::{Semaphore, mpsc::UnboundedSender, watch},
    time::Instant,
};

pub use alarms::{Alarm, AlarmKind};

use host::Host;

use crate::{
    activity::Activity,
    admission::{Admissions, Admitted, Directory},
    execution::{Chain, VerdictCache},
    log::NoteSigner,
    ordering::Finalised,
    pool::Pool,
    rules::{Network, members},
    snapshot::Due,
    state::StateError,
    store::{Committed, Entry, Store, StoreError, Wanted},
};

/// A node; clones are the same node.
#[derive(Clone)]
pub struct Node(Arc<Inner>);

/// How the node behaves; the defaults are those of [`crate::config::Config`].
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// How long a proposal is held open for records.
    pub hold: Duration,
    /// Bytes of batches in one block.
    pub block_bytes: usize,
    /// Bytes of batches that may wait to be ordered.
    pub pool_bytes: usize,
    /// Threads that check signatures.
    pub admission_threads: usize,
    /// Heights that are a multiple of it get a snapshot; 0 for none.
    pub snapshot_every: u64,
}

/// Where the committed log ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The last block.
    pub height: u64,
    /// Records in the log.
    pub size: u64,
    /// The log's root.
    pub root: Hash,
    /// The last block's digest.
    pub digest: BlockDigest,
    /// Its agreed time.
    pub timestamp: Timestamp,
    /// The epoch of the next block.
    pub epoch: u64,
}

/// How far another member's node was.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Seen {
    /// Its last certified block.
    pub height: u64,
    /// Records in its log there.
    pub size: u64,
    /// The block's epoch.
    pub epoch: u64,
    /// When it said so, by this machine's clock.
    pub at: Timestamp,
}

struct Inner {
    host: Arc<dyn Host>,
    network: Arc<Network>,
    settings: Settings,
    store: Arc<Store>,
    chain: Chain,
    pool: Pool,
    admissions: Admissions,
    verdicts: Arc<VerdictCache>,
    /// Gone once the node stops: the committer holds the node, so it must not wait for the node to be dropped.
    committer: Mutex<Option<mpsc::Sender<Finalised>>>,
    waiting: Mutex<HashMap<RecordId, Vec<UnboundedSender<Entry>>>>,
    progress: watch::Sender<Progress>,
    roster: Mutex<Arc<Roster>>,
    /// The last blocks of the epochs that are about to end, or have just ended.
    lasts: Mutex<BTreeMap<u64, u64>>,
    notes: Mutex<Option<Arc<NoteSigner>>>,
    attachments: tokio::sync::mpsc::Sender<Wanted>,
    /// Gone once the node stops, as the committer's.
    snapshots: Mutex<Option<mpsc::SyncSender<Due>>>,
    gossip: Semaphore,
    halted: AtomicBool,
    /// Below the disk's floor nothing new is taken or proposed.
    disk_full: AtomicBool,
    clock_doubted: Mutex<Option<Instant>>,
    seen: Mutex<BTreeMap<MemberId, Seen>>,
    activity: Activity,
    alarms: Mutex<BTreeMap<(AlarmKind, Option<MemberId>), Alarm>>,
    metrics: Metrics,
}

/// Who takes part, as of the last block.
struct Roster {
    members: Arc<Vec<MemberState>>,
    epoch: Epoch,
}

impl Roster {
    fn load(store: &Store, genesis: &Genesis) -> Result<Self, StateError> {
        let state = Committed::new(store);
        let members = Arc::new(members::all(&state, genesis)?);
        Ok(Self { members, epoch: members::epoch(&state, genesis)? })
    }
}

/// What a node gives to others to do.
pub struct Outlets {
    /// Finalised blocks, for [`committer::run`].
    pub finalised: mpsc::Receiver<Finalised>,
    /// Attachments that accepted records name, for [`crate::attachments::Attachments::replicate`].
    pub attachments: tokio::sync::mpsc::Receiver<Wanted>,
    /// Snapshots that are to be written, for [`crate::snapshot::keeper::run`].
    pub snapshots: mpsc::Receiver<Due>,
}

/// What to do about tiles that do not lead to the certified root.
const DAMAGED_TILES: &str = "the log's tiles are damaged: stop the node, remove the folder `log` of its store, and start \
                             it again; it builds them from its records";

/// Attachments that wait to be pulled; the store knows all of them.
const WANTED: usize = 1024;

/// Batches by gossip that are checked at one time; more are dropped, their senders propose them themselves.
const GOSSIP_AT_ONCE: usize = 512;

impl Node {
    /// A node on its store, and what it gives to others to do.
    ///
    /// # Errors
    /// If the store is damaged or no thread can be had.
    pub fn new(
        network: Network,
        store: Store,
        settings: Settings,
        metrics: Metrics,
    ) -> Result<(Self, Outlets), NodeError> {
        Self::on(Arc::new(host::Tokio), network, store, settings, metrics)
    }

    /// [`Self::new`] with another clock than the system's.
    ///
    /// # Errors
    /// As there.
    pub fn on(
        host: Arc<dyn Host>,
        network: Network,
        store: Store,
        settings: Settings,
        metrics: Metrics,
    ) -> Result<(Self, Outlets), NodeError> {
        let tip = store.tip(&network.genesis)?;
        let roster = Roster::load(&store, &network.genesis)?;
        let directory = Directory::new(network.id, &roster.members);
        let network = Arc::new(network);
        let store = Arc::new(store);
        let verdicts = Arc::new(VerdictCache::default());
        let progress = watch::Sender::new(Progress {
            height: tip.header.height,
            size: tip.header.log_size,
            root: tip.header.log_root,
            digest: tip.digest,
            timestamp: tip.header.timestamp,
            epoch: roster.epoch.number,
        });
        let prepare = {
            let (store, verdicts, network) = (Arc::clone(&store), Arc::clone(&verdicts), Arc::clone(&network));
            let progress = progress.subscribe();
            move |batch: &Admitted| {
                let now = progress.borrow().timestamp;
                verdicts.prepare(&Committed::new(&store), &network, now, &batch.records);
            }
        };
        let admissions = Admissions::start(directory, settings.admission_threads, Box::new(prepare));
        let admissions = admissions.map_err(NodeError::Thread)?;
        let (committer, finalised) = mpsc::channel();
        let (attachments, wanted) = tokio::sync::mpsc::channel(WANTED);
        // One waits while another is written.
        let (snapshots, due) = mpsc::sync_channel(1);
        let inner = Inner {
            host,
            network,
            settings,
            chain: Chain::new(Arc::clone(&store), tip),
            store,
            pool: Pool::new(settings.pool_bytes),
            admissions,
            verdicts,
            committer: Mutex::new(Some(committer)),
            waiting: Mutex::default(),
            progress,
            lasts: Mutex::new(lasts(&roster.epoch)),
            roster: Mutex::new(Arc::new(roster)),
            notes: Mutex::default(),
            attachments,
            snapshots: Mutex::new(Some(snapshots)),
            gossip: Semaphore::new(GOSSIP_AT_ONCE),
            halted: AtomicBool::new(false),
            disk_full: AtomicBool::new(false),
            clock_doubted: Mutex::default(),
            seen: Mutex::default(),
            activity: Activity::default(),
            alarms: Mutex::default(),
            metrics,
        };
        Ok((Self(Arc::new(inner)), Outlets { finalised, attachments: wanted, snapshots: due }))
    }

    /// The network's genesis.
    pub fn genesis(&self) -> &Genesis {
        &self.0.network.genesis
    }

    /// The network's id.
    pub fn network(&self) -> Hash {
        self.0.network.id
    }

    /// The members, as of the last block.
    pub fn members(&self) -> Arc<Vec<MemberState>> {
        Arc::clone(&self.roster().members)
    }

    /// The validators and what follows them, as of the last block.
    pub fn epoch(&self) -> Epoch {
        self.roster().epoch.clone()
    }

    /// Numbers and version of the rules for the next block.
    ///
    /// # Errors
    /// [`StoreError::State`].
    pub fn settings(&self) -> Result<governance::Settings, StoreError> {
        let next = self.0.chain.height().saturating_add(1);
        Ok(members::settings(&Committed::new(self.store()), self.genesis(), next)?)
    }

    fn roster(&self) -> Arc<Roster> {
        Arc::clone(&self.0.roster.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Signs checkpoints as notes, if this node orders.
    pub fn note_signer(&self) -> Option<Arc<NoteSigner>> {
        self.0.notes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn sign_notes(&self, signer: Option<NoteSigner>) {
        *self.0.notes.lock().unwrap_or_else(PoisonError::into_inner) = signer.map(Arc::new);
    }

    /// The validators of an epoch that has begun here.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub fn validators_of(&self, epoch: u64) -> Result<Option<Vec<PublicKey>>, StoreError> {
        let Some(before) = epoch.checked_sub(1) else { return Ok(Some(self.genesis().validators())) };
        let end = self.store().epoch_ends(before, 1)?.pop();
        Ok(end.filter(|end| end.block.epoch == before).map(|end| end.validators))
    }

    /// The member that has or had a signing key.
    ///
    /// # Errors
    /// [`StoreError::State`].
    pub fn holder(&self, key: &PublicKey) -> Result<Option<MemberId>, StoreError> {
        Ok(members::holder(&Committed::new(self.store()), self.genesis(), key)?)
    }

    fn lasts(&self) -> MutexGuard<'_, BTreeMap<u64, u64>> {
        self.0.lasts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is committed here.
    pub fn store(&self) -> &Arc<Store> {
        &self.0.store
    }

    /// Where the committed log ends, and when it moves.
    pub fn progress(&self) -> watch::Receiver<Progress> {
        self.0.progress.subscribe()
    }

    /// Records and bytes that wait to be ordered.
    pub fn load(&self) -> (usize, usize) {
        self.0.pool.load()
    }

    /// The node's metrics.
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// What became final in the last hour.
    pub fn activity(&self) -> &Activity {
        &self.0.activity
    }

    /// Whether the disk has too little room for new records.
    pub fn is_disk_full(&self) -> bool {
        self.0.disk_full.load(Relaxed)
    }

    /// Says whether it has.
    pub fn set_disk_full(&self, full: bool) {
        self.0.disk_full.store(full, Relaxed);
    }

    /// When a block's time was last too far ahead of this machine's clock.
    pub fn clock_doubted(&self) -> Option<Instant> {
        *self.0.clock_doubted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn doubt_clock(&self) {
        *self.0.clock_doubted.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// How far the other members' nodes were when they were last asked.
    pub fn seen(&self) -> BTreeMap<MemberId, Seen> {
        self.0.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes how far another member's node is.
    pub fn note_seen(&self, member: MemberId, block: &BlockHeader) {
        let seen = Seen { height: block.height, size: block.log_size, epoch: block.epoch, at: now() };
        self.0.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(member, seen);
    }

    /// Whether the node stopped taking part because it cannot trust its own data.
    pub fn is_halted(&self) -> bool {
        self.0.halted.load(Relaxed)
    }

    /// The record with its proof, under the first certificate that covers it; `None` if it is not final here, or no
    /// later block is certified yet.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub fn receipt(&self, id: &RecordId) -> Result<Option<Receipt>, StoreError> {
        let store = &self.0.store;
        let Some(entry) = self.find(id)? else { return Ok(None) };
        let Some((block, certificate)) = store.certified_from(entry.height)? else { return Ok(None) };
        let inclusion = store
            .tiles()
            .inclusion(entry.position, block.log_size)?
            .ok_or(StoreError::Damaged("a block that is too small for its records"))?;
        let leaf = entry.leaf().leaf();
        if verify_inclusion(leaf, entry.position, block.log_size, &inclusion, &block.log_root).is_err() {
            self.raise(AlarmKind::Damaged, DAMAGED_TILES);
            return Err(StoreError::Damaged("tiles of the log"));
        }
        Ok(Some(Receipt {
            format: kontor_ledger::receipt::Format::V1,
            record: entry.decode_record()?,
            outcome: entry.outcome,
            timestamp: entry.timestamp,
            position: entry.position,
            inclusion,
            block,
            certificate,
            genesis: self.genesis().clone(),
            epochs: store.epoch_ends(0, usize::try_from(block.epoch).unwrap_or(usize::MAX))?,
        }))
    }

    /// The record as the log has it; `None` if it is not final here.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub fn find(&self, id: &RecordId) -> Result<Option<Entry>, StoreError> {
        match self.0.store.position(id)? {
            Some(position) => self.0.store.entry(position),
            None => Ok(None),
        }
    }

    /// Takes a finalised block; the committer does the work.
    pub fn finalise(&self, finalised: Finalised) {
        // Nothing is acknowledged any more once the committer has stopped.
        if let Some(committer) = self.committer().as_ref() {
            let _ = committer.send(finalised);
        }
    }

    /// Ends the workers; what is under way is given up.
    pub fn stop(&self) {
        self.0.admissions.stop();
        self.committer().take();
        self.snapshots().take();
    }

    /// Whether [`Self::stop`] was called.
    pub(crate) fn is_stopping(&self) -> bool {
        self.committer().is_none()
    }

    fn committer(&self) -> MutexGuard<'_, Option<mpsc::Sender<Finalised>>> {
        self.0.committer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn snapshots(&self) -> MutexGuard<'_, Option<mpsc::SyncSender<Due>>> {
        self.0.snapshots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<RecordId, Vec<UnboundedSender<Entry>>>> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stops taking part: whatever it said from here on could contradict the others.
    fn halt(&self, why: &dyn std::fmt::Display) {
        self.0.halted.store(true, Relaxed);
        self.raise(AlarmKind::Halted, &why.to_string());
    }
}

/// Where the epoch ends, if that is decided.
fn lasts(epoch: &Epoch) -> BTreeMap<u64, u64> {
    epoch.next.iter().map(|next| (epoch.number, next.after)).collect()
}

/// Why a node cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum NodeError {
    /// Its store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What the store says of members cannot be read.
    #[error(transparent)]
    State(#[from] StateError),
    /// The operating system gave no thread.
    #[error("cannot start the node's threads")]
    Thread(#[source] std::io::Error),
}

/// The system's clock as the ledger counts time.
pub(crate) fn now() -> Timestamp {
    host::timestamp(&host::Tokio)
}
