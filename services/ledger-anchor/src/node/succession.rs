//! Who orders on this node, epoch by epoch: the engine while one of its keys is among the validators, the follower
//! while none is, or while the network has gone on to a later epoch without this node.

use std::{
    fs,
    future::pending,
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use futures::future::join_all;
use kontor_chassis::Shutdown;
use kontor_ledger::{
    block::BlockHeader,
    certificate::{Certificate, namespace},
    governance::Epoch,
    member::MemberId,
};
use kontor_sealing::SigningKey;
use tokio::{
    task::{JoinHandle, spawn_blocking},
    time::{Duration, sleep, timeout},
};
use zeroize::Zeroizing;

use super::{AlarmKind, Node, follower::Follower};
use crate::{
    config::{self, Peer},
    log::NoteSigner,
    ordering::{
        Membership, Ordering,
        consensus::{JOURNAL, Seat},
        delivery::KEPT_BLOCKS,
        engine::{self, Engine, EngineError, Place},
        guard::{self, GuardError},
    },
    peers::Peers,
    store::StoreError,
    watch::{self, Checkpoint},
};

/// How long an epoch's engine runs on after its last block, for those that have not finalised it yet.
const GRACE: Duration = Duration::from_millis(250);

/// Between two looks whether the network has gone on without this node.
const LOOK: Duration = Duration::from_secs(3);

/// Blocks that the engine is left to fetch when a node has nearly caught up: far fewer than other engines keep.
const NEARLY: u64 = KEPT_BLOCKS / 4;

/// For a peer's answer.
const ANSWER: Duration = Duration::from_secs(5);

/// What to do when the engine ended by itself.
const ENGINE_ENDED: &str = "the ordering engine ended by itself, as it does when it cannot write its journal: see that \
                            the disk of the data folder has room and can be written, then start the node again; the \
                            log says why";

/// Why a node cannot take its place.
#[derive(Debug, thiserror::Error)]
pub enum SuccessionError {
    /// A file cannot be read or made.
    #[error("cannot use {}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The key file does not hold a key.
    #[error("{} does not hold a key of 64 hexadecimal digits", .0.display())]
    Key(PathBuf),
    /// Starting could break consensus.
    #[error(transparent)]
    Guard(#[from] GuardError),
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The ordering engine did not start.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// What engine and follower are started with.
#[derive(Clone)]
pub struct Setup {
    /// The node.
    pub node: Node,
    /// Whose node it is.
    pub member: MemberId,
    /// The other members' nodes.
    pub peers: Peers,
    /// How this node orders when it does.
    pub validator: Option<config::Validator>,
    /// The node's data folder.
    pub data: PathBuf,
    /// For public listeners.
    pub public: reqwest::Client,
    /// For members' listeners: shows this node's certificate.
    pub members: Option<reqwest::Client>,
}

/// The key files of a validator: the one in use, and the one that takes its place when the ledger says so.
pub fn key_files(validator: &config::Validator) -> [PathBuf; 2] {
    let mut next = validator.key.clone().into_os_string();
    next.push(".next");
    [validator.key.clone(), next.into()]
}

/// Reads a key file; `None` if there is none.
///
/// # Errors
/// [`SuccessionError::File`] and [`SuccessionError::Key`].
pub fn read_key(path: &Path) -> Result<Option<SigningKey>, SuccessionError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(SuccessionError::File { path: path.to_owned(), source }),
    };
    let mut seed = Zeroizing::new([0; 32]);
    hex::decode_to_slice(text.trim(), seed.as_mut()).map_err(|_| SuccessionError::Key(path.to_owned()))?;
    Ok(Some(SigningKey::from_seed(&seed)))
}

impl Setup {
    /// The key that orders in `epoch`. Once the next key does, the one before is destroyed.
    fn seated(&self, epoch: &Epoch) -> Result<Option<SigningKey>, SuccessionError> {
        let Some(validator) = &self.validator else { return Ok(None) };
        let [current, next] = key_files(validator);
        let orders = |key: &SigningKey| epoch.validators.contains(&key.public());
        if let Some(key) = read_key(&next)?.filter(orders) {
            fs::rename(&next, &current).map_err(|source| SuccessionError::File { path: next, source })?;
            return Ok(Some(key));
        }
        Ok(read_key(&current)?.filter(orders))
    }

    /// Starts what this node is in the epoch: its engine, or `None` if it has no seat.
    async fn engine(&self, epoch: &Epoch) -> Result<Option<Engine>, SuccessionError> {
        let Some((validator, key)) = self.validator.as_ref().zip(self.seated(epoch)?) else { return Ok(None) };
        let signer = NoteSigner::new(&self.node.network(), &self.member, &key);
        let store = self.node.store();
        let all = self.data.join("ordering");
        let folder = all.join(epoch.number.to_string());
        let height = self.node.progress().borrow().height;
        // Who has followed from the epoch's beginning has no votes in it.
        if !followed(&all, epoch.number).exists() {
            guard::check_journal(&self.data.join("store"), &folder.join(JOURNAL), height.saturating_sub(epoch.base))?;
        }
        forget_before(&all, epoch.number);
        let last = store.certified_last()?.map(|(_, certificate)| certificate);
        let last = last.filter(|certificate| certificate.epoch == epoch.number);
        let known = last.as_ref().map_or(0, |certificate| certificate.view);
        self.require_all_votes(epoch, &key, known.max(guard::last_view(&folder.join(JOURNAL)))).await?;
        let base = match epoch.base {
            0 => BlockHeader::first(self.node.genesis()),
            base => store.header(base)?.ok_or(StoreError::Damaged("last block of the epoch before"))?,
        };
        let peers = self.peers.now();
        let members = self.node.members();
        let places = members.iter().filter_map(|one| {
            let peer = peers.iter().find(|peer| peer.member == one.member.id)?;
            Some(Place { key: one.member.validator?, address: peer.ordering? })
        });
        let config = engine::Config {
            seat: Seat {
                namespace: namespace(&self.node.network()),
                epoch: epoch.number,
                base,
                last,
                validators: epoch.validators.clone(),
                key,
                partition: String::new(),
                leader_timeout: Duration::from_millis(validator.leader_timeout),
            },
            places: places.collect(),
            listen: validator.listen,
            folder,
            threads: validator.threads,
        };
        let machine = self.node.clone();
        let started = spawn_blocking(move || Engine::start(config, machine)).await;
        let engine = started.map_err(|_| EngineError::Ended)??;
        self.node.sign_notes(Some(signer));
        Ok(Some(engine))
    }

    /// Refuses to vote if another member's node holds a vote of this key that the journal here does not know: the data
    /// is an old copy. Nodes that do not answer have no say, or nobody could start first.
    async fn require_all_votes(&self, epoch: &Epoch, key: &SigningKey, known: u64) -> Result<(), SuccessionError> {
        let signer = epoch.validators.iter().position(|validator| *validator == key.public());
        let signer = signer.and_then(|place| u32::try_from(place).ok());
        for (_, checkpoint) in self.ask_all().await {
            let Certificate { view, votes, .. } = &checkpoint.certificate;
            let voted = *view > known
                && votes.iter().any(|vote| Some(vote.signer) == signer)
                && checkpoint.holds(&self.node.network(), epoch.number, &epoch.validators);
            if voted {
                return Err(GuardError::OldCopy { known, voted: *view }.into());
            }
        }
        Ok(())
    }

    /// What the other members' nodes say of their logs; those that do not answer are left out.
    async fn ask_all(&self) -> Vec<(Peer, Checkpoint)> {
        let asked = self.peers.now().into_iter().map(|peer| async {
            let said = timeout(ANSWER, watch::ask(&self.public, &peer.http)).await.ok()??;
            Some((peer, said))
        });
        join_all(asked).await.into_iter().flatten().collect()
    }

    fn follower(&self) -> Follower {
        self.node.sign_notes(None);
        Follower::start(self.node.clone(), self.peers.clone(), self.public.clone(), self.members.clone())
    }

    /// Whether validators of this node's epoch have signed its end, or a block so far ahead that their engines may no
    /// longer have those between, and this node has not reached it.
    async fn is_left_behind(&self, epoch: &Epoch, allowed: u64) -> bool {
        let height = self.node.progress().borrow().height;
        let network = self.node.network();
        for (peer, checkpoint) in self.ask_all().await {
            let block = &checkpoint.block;
            if block.epoch == epoch.number {
                let ahead = block.height > height.saturating_add(allowed);
                if ahead && checkpoint.holds(&network, epoch.number, &epoch.validators) {
                    return true;
                }
            } else if block.epoch > epoch.number
                && let Ok(Some(end)) = timeout(ANSWER, watch::epoch_end(&self.public, &peer.http, epoch.number)).await
                && end.verify(&network, epoch.number, &epoch.validators).is_ok()
            {
                return true;
            }
        }
        false
    }
}

/// The file that says that this node has followed from the beginning of an epoch, and not voted in it.
fn followed(folder: &Path, epoch: u64) -> PathBuf {
    folder.join(format!("{epoch}.followed"))
}

fn note_followed(folder: &Path, epoch: u64) {
    let noted = fs::create_dir_all(folder).and_then(|()| fs::File::create(followed(folder, epoch))?.sync_all());
    if let Err(error) = noted {
        tracing::warn!(%error, "cannot note that the node follows from the beginning of an epoch");
    }
}

/// Removes the journals of epochs that are over: nobody can vote in them any more.
fn forget_before(folder: &Path, epoch: u64) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let number = path.file_stem().and_then(|name| name.to_str()?.parse::<u64>().ok());
        let remove = if path.is_dir() { fs::remove_dir_all } else { fs::remove_file };
        if number.is_some_and(|number| number < epoch)
            && let Err(error) = remove(&path)
        {
            tracing::warn!(%error, "an epoch's journal that is no longer needed cannot be removed");
        }
    }
}

/// What a node is at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// It orders.
    Orders,
    /// It follows until it has what it missed, and then orders.
    CatchesUp,
    /// It follows and has no seat in this epoch.
    Follows,
}

/// What runs now.
#[derive(Clone)]
struct Current {
    ordering: Arc<dyn Ordering>,
    epoch: u64,
    part: Part,
}

/// Engine or follower, whichever this node needs.
pub struct Succession {
    current: Arc<Mutex<Current>>,
    shutdown: Shutdown,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Succession {
    /// Starts what the node is now, and sees to what it becomes.
    ///
    /// # Errors
    /// Any [`SuccessionError`].
    pub async fn start(setup: Setup) -> Result<Self, SuccessionError> {
        let epoch = setup.node.epoch();
        let engine = match setup.engine(&epoch).await {
            Err(error @ SuccessionError::Guard(GuardError::OldCopy { .. })) => {
                setup.node.raise(AlarmKind::OldCopy, &error.to_string());
                None
            }
            engine => engine?,
        };
        let current = match engine {
            Some(engine) => Current { ordering: Arc::new(engine), epoch: epoch.number, part: Part::Orders },
            None => Current { ordering: Arc::new(setup.follower()), epoch: epoch.number, part: Part::Follows },
        };
        let (current, shutdown) = (Arc::new(Mutex::new(current)), Shutdown::new());
        let task = tokio::spawn({
            let (current, shutdown) = (Arc::clone(&current), shutdown.clone());
            async move {
                shutdown.run_until(succeed(setup, current)).await;
            }
        });
        Ok(Self { current, shutdown, task: Mutex::new(Some(task)) })
    }

    fn current(&self) -> Arc<dyn Ordering> {
        Arc::clone(&lock(&self.current).ordering)
    }
}

fn lock(current: &Mutex<Current>) -> std::sync::MutexGuard<'_, Current> {
    current.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Ordering for Succession {
    fn submit(&self, batch: Bytes) {
        self.current().submit(batch);
    }

    fn membership(&self) -> Membership {
        self.current().membership()
    }

    fn has_failed(&self) -> bool {
        self.current().has_failed()
    }

    fn stop(&self) {
        self.shutdown.trigger();
        if let Some(task) = self.task.lock().unwrap_or_else(PoisonError::into_inner).take() {
            task.abort();
        }
        self.current().stop();
    }
}

/// Waits for each turn and takes it.
async fn succeed(setup: Setup, current: Arc<Mutex<Current>>) {
    loop {
        let before = lock(&current).clone();
        let behind = turn(&setup, &before).await;
        if before.part == Part::Orders {
            sleep(GRACE).await;
        }
        let ending = Arc::clone(&before.ordering);
        let _ = spawn_blocking(move || ending.stop()).await;
        let epoch = setup.node.epoch();
        let follow = |part| (Arc::new(setup.follower()) as Arc<dyn Ordering>, part);
        let engine = if behind { None } else { Some(setup.engine(&epoch).await) };
        let (ordering, part) = match engine {
            Some(Ok(Some(engine))) => (Arc::new(engine) as Arc<dyn Ordering>, Part::Orders),
            Some(Ok(None)) => follow(Part::Follows),
            None => follow(Part::CatchesUp),
            Some(Err(error)) => {
                let what = format!("the node cannot order in epoch {}: {error}", epoch.number);
                setup.node.raise(AlarmKind::Halted, &what);
                follow(Part::Follows)
            }
        };
        tracing::info!(epoch = epoch.number, ?part, "the node takes its part");
        setup.node.pass_on(&*ordering);
        *lock(&current) = Current { ordering, epoch: epoch.number, part };
    }
}

/// Completes when something else must run: true if the network has gone on without this node.
async fn turn(setup: &Setup, now: &Current) -> bool {
    let mut progress = setup.node.progress();
    let (mut seen, mut height) = (now.epoch, 0);
    loop {
        let moved = timeout(LOOK, progress.wait_for(|progress| progress.epoch != seen)).await;
        let before = seen;
        seen = moved.ok().and_then(Result::ok).map_or(seen, |progress| progress.epoch);
        if seen != before && now.part != Part::Orders {
            note_followed(&setup.data.join("ordering"), seen);
        }
        let epoch = setup.node.epoch();
        match now.part {
            Part::Orders => {
                if now.ordering.has_failed() {
                    setup.node.halt(&ENGINE_ENDED);
                    // Only a new start reads the journal again.
                    return pending().await;
                }
                if seen != now.epoch {
                    return false;
                }
                let reached = setup.node.progress().borrow().height;
                if reached == height && setup.is_left_behind(&epoch, KEPT_BLOCKS / 2).await {
                    return true;
                }
                height = reached;
            }
            Part::CatchesUp => {
                if matches!(setup.seated(&epoch), Ok(Some(_))) && !setup.is_left_behind(&epoch, NEARLY).await {
                    return false;
                }
            }
            // It takes a seat in a later epoch only: in this one it had none, or must not vote with what it has.
            Part::Follows => {
                if seen != now.epoch && matches!(setup.seated(&epoch), Ok(Some(_))) {
                    return false;
                }
            }
        }
    }
}
