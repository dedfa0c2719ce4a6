//! The ordering engine: commonware simplex over marshal, buffered broadcast and authenticated lookup p2p.
//!
//! It runs in the engine's own runtime on a thread of its own; the node talks to it through channels. Idle, it grows
//! nothing: a view without records is given up, and the votes of such views are forgotten at the next block.

use std::{
    net::SocketAddr,
    num::NonZeroUsize,
    path::PathBuf,
    sync::{Mutex, PoisonError, mpsc as blocking},
    thread::JoinHandle,
    time::Duration,
};

use ::tokio::sync::{mpsc, oneshot};
use bytes::Bytes;
use commonware_broadcast::buffered;
use commonware_codec::DecodeExt as _;
use commonware_consensus::{
    Reporters,
    marshal::{
        self,
        core::Actor as MarshalActor,
        resolver::p2p as backfill,
        standard::{Inline, Standard},
    },
    simplex::{self, ForwardPolicy, SkipPolicy, elector::RoundRobin, scheme::ed25519::Scheme},
    types::{Epoch, FixedEpocher, ViewDelta},
};
use commonware_cryptography::{
    ChaCha20Poly1305, Digested, Sha256, Signer as _,
    certificate::{ConstantProvider, Verifier as _},
    ed25519,
};
use commonware_p2p::{Address, AddressableManager as _, Recipients, authenticated::lookup, max_message_size};
use commonware_parallel::Sequential;
use commonware_runtime::{IoBuf, Quota, Runner as _, Spawner as _, Supervisor as _, buffer::paged::CacheRef, tokio};
use commonware_storage::{archive::prunable, translator::EightCap};
use commonware_stream::{
    cups::{self, Cups},
    sake::{self, Sake},
};
use commonware_utils::{
    NZDuration, NZU16, NZU32, NZU64, NZUsize, TryCollect as _,
    ordered::{Map, Set},
    union,
};
use kontor_ledger::{certificate::Certificate, encoding::MAX_BYTES};
use kontor_sealing::{PublicKey, SigningKey, Suite};

use super::{
    Machine, Membership, Ordering,
    application::Adapter,
    block::{Block, EngineDigest, engine_digest},
    delivery::{self, Certificates},
};

/// Batches on their way to the p2p network; beyond it they wait for this node's own turn to propose.
const OUTGOING: usize = 1024;

/// Messages per second and channel from one peer: far above what load needs, so that only an attack meets it.
const MESSAGES_PER_SECOND: u32 = 2_000;

/// A validator's place in the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validator {
    /// Its node's key.
    pub key: PublicKey,
    /// Where its node listens; none for one whose address is not configured.
    pub address: Option<SocketAddr>,
}

/// What the engine is started with.
pub struct Config {
    /// Separates this network's votes from any other's; receipts verify under it.
    pub namespace: Vec<u8>,
    /// All validators, this node included.
    pub validators: Vec<Validator>,
    /// This node's validator key.
    pub key: SigningKey,
    /// Where to listen for other validators.
    pub listen: SocketAddr,
    /// The engine's journal and archives.
    pub folder: PathBuf,
    /// The block that the network starts from.
    pub genesis: Block,
    /// The last certificate that the node's store has: whatever the journal lost, this node does not vote in its view
    /// or before it again.
    pub last: Option<Certificate>,
    /// How long a leader may take before the others give up its view; longer than a proposal is held open.
    pub leader_timeout: Duration,
    /// Threads of the engine's runtime.
    pub threads: usize,
}

/// Why the engine did not start.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// A validator's key is no Ed25519 point, or is listed twice.
    #[error("the genesis lists a validator key that is invalid or not unique")]
    Validators,
    /// This node's key is not among the validators.
    #[error("this node's key is not a validator's of the genesis")]
    NotAValidator,
    /// A component of the engine could not open its storage.
    #[error("the ordering engine did not start: {0}")]
    Storage(String),
    /// The engine's thread ended before it was running.
    #[error("the ordering engine ended while it was starting; the log says why")]
    Ended,
    /// The operating system gave no thread.
    #[error("cannot start the ordering engine's thread")]
    Thread(#[source] std::io::Error),
}

/// The running engine.
pub struct Engine {
    outgoing: mpsc::Sender<Bytes>,
    certificates: Certificates,
    validators: Vec<PublicKey>,
    stop: Mutex<Option<(oneshot::Sender<()>, JoinHandle<()>)>>,
}

impl Engine {
    /// Starts the engine on its own thread and returns once it runs.
    ///
    /// # Errors
    /// Any [`EngineError`].
    pub fn start<M: Machine>(config: Config, machine: M) -> Result<Self, EngineError> {
        let mut validators: Vec<PublicKey> = config.validators.iter().map(|validator| validator.key).collect();
        validators.sort_unstable();
        let (outgoing, gossip) = mpsc::channel(OUTGOING);
        let certificates = Certificates::default();
        let (stop, stopped) = oneshot::channel();
        let (started, start) = blocking::sync_channel(1);
        let kept = certificates.clone();
        let thread = std::thread::Builder::new()
            .name("ordering".into())
            .spawn(move || {
                let runtime = tokio::Config::new()
                    .with_storage_directory(&config.folder)
                    .with_worker_threads(config.threads)
                    .with_tcp_nodelay(Some(true));
                tokio::Runner::new(runtime).start(async move |context| {
                    let outcome = run(&context, config, machine, kept, gossip).await;
                    let failed = outcome.is_err();
                    let _ = started.send(outcome);
                    if !failed {
                        // Ends when the handle is used or dropped.
                        let _ = stopped.await;
                    }
                    let _ = context.stop(0, Some(Duration::from_secs(2))).await;
                });
            })
            .map_err(EngineError::Thread)?;
        start.recv().map_err(|_| EngineError::Ended)??;
        Ok(Self { outgoing, certificates, validators, stop: Mutex::new(Some((stop, thread))) })
    }
}

impl Ordering for Engine {
    fn submit(&self, batch: Bytes) {
        // A full queue loses nothing: this node proposes the batch itself when it leads.
        let _ = self.outgoing.try_send(batch);
    }

    fn membership(&self) -> Membership {
        Membership { epoch: 0, view: self.certificates.view(), validators: self.validators.clone() }
    }

    fn stop(&self) {
        let taken = self.stop.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((stop, thread)) = taken {
            let _ = stop.send(());
            let _ = thread.join();
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The engine's form of a validator key.
pub fn engine_key(key: &PublicKey) -> Option<ed25519::PublicKey> {
    match key.suite() {
        Suite::Intl => ed25519::PublicKey::decode(Bytes::copy_from_slice(key.as_bytes())).ok(),
    }
}

async fn run<M: Machine>(
    context: &tokio::Context,
    config: Config,
    machine: M,
    certificates: Certificates,
    gossip: mpsc::Receiver<Bytes>,
) -> Result<(), EngineError> {
    let seed = config.key.to_seed();
    let signer =
        ed25519::PrivateKey::decode(Bytes::copy_from_slice(seed.as_ref())).map_err(|_| EngineError::NotAValidator)?;
    let me = signer.public_key();
    let mut keys = Vec::with_capacity(config.validators.len());
    let mut addresses: Vec<(ed25519::PublicKey, Address)> = Vec::with_capacity(config.validators.len());
    for validator in &config.validators {
        let key = engine_key(&validator.key).ok_or(EngineError::Validators)?;
        let address = if key == me { Some(config.listen) } else { validator.address };
        if let Some(address) = address {
            addresses.push((key.clone(), address.into()));
        }
        keys.push(key);
    }
    let count = u32::try_from(keys.len()).map_err(|_| EngineError::Validators)?;
    let peers = NonZeroUsize::new(keys.len()).ok_or(EngineError::Validators)?;
    let validators: Set<ed25519::PublicKey> = keys.into_iter().try_collect().map_err(|_| EngineError::Validators)?;
    let addresses: Map<ed25519::PublicKey, Address> = addresses.try_into().map_err(|_| EngineError::Validators)?;
    let scheme = Scheme::signer(&config.namespace, validators, signer.clone()).ok_or(EngineError::NotAValidator)?;

    // Network.
    let largest = max_message_size(&[
        simplex::max_payload_size::<Scheme, EngineDigest>(count),
        marshal::max_payload_size::<Standard<Block>, Scheme>(count, &()),
        MAX_BYTES,
    ]);
    let handshake = Cups::<_, ChaCha20Poly1305>::new(
        Sake {
            signer,
            synchrony_bound: Duration::from_secs(5),
            max_handshake_age: Duration::from_secs(10),
            version: sake::Version::V1,
        },
        cups::Version::V1,
    );
    let mut network_config = lookup::Config::local(
        handshake,
        &union(&config.namespace, b"_P2P"),
        config.listen,
        // Every channel's mailbox holds a second of messages of each peer: room for more peers than there are costs
        // gigabytes.
        peers,
        largest,
        NZUsize!(4096),
    );
    network_config.dial_frequency = Duration::from_millis(200);
    network_config.peer_connection_cooldown = Duration::from_millis(200);
    network_config.allowed_handshake_rate_per_ip = Quota::per_second(NZU32!(256));
    network_config.allowed_handshake_rate_per_subnet = Quota::per_second(NZU32!(512));
    let (mut network, mut oracle) = lookup::Network::new(context.child("network"), network_config);
    oracle.track(0, addresses);
    let quota = Quota::per_second(NZU32!(MESSAGES_PER_SECOND));
    let votes = network.register(0, quota);
    let vote_certificates = network.register(1, quota);
    let fetches = network.register(2, quota);
    let broadcasts = network.register(3, quota);
    let backfills = network.register(4, quota);
    let batches = network.register(5, quota);

    // Blocks: broadcast, archives, and their order.
    let cache = CacheRef::new(NZU16!(4096), NZUsize!(2048));
    let (received, resolver) = backfill::init(
        context.child("backfill"),
        backfill::Config {
            public_key: me.clone(),
            peer_provider: oracle.clone(),
            blocker: oracle.clone(),
            mailbox_size: NZUsize!(1024),
            fetch_timeout: NZDuration!(Duration::from_secs(1)),
            fetch_retry_delay: Duration::from_millis(100),
            priority_requests: false,
            priority_responses: false,
        },
        backfills,
    );
    let resolver = (received, resolver);
    let (broadcast, broadcast_mailbox) = buffered::Engine::new(
        context.child("broadcast"),
        buffered::Config {
            public_key: me,
            mailbox_size: NZUsize!(1024),
            deque_size: 16,
            priority: true,
            codec_config: (),
            peer_provider: oracle.clone(),
            strategy: Sequential,
        },
    );
    let finalizations = prunable::Archive::init(
        context.child("finalizations"),
        archive("finalizations", &cache, Scheme::certificate_codec_config_unbounded()),
    )
    .await
    .map_err(|error| EngineError::Storage(error.to_string()))?;
    let blocks = prunable::Archive::init(context.child("blocks"), archive("blocks", &cache, ()))
        .await
        .map_err(|error| EngineError::Storage(error.to_string()))?;
    let epocher = FixedEpocher::new(NZU64!(1_000_000_000_000));
    let genesis = engine_digest(&config.genesis.id());
    let (marshal_actor, marshal, _) = MarshalActor::init(
        context.child("marshal"),
        finalizations,
        blocks,
        marshal::Config {
            provider: ConstantProvider::new(scheme.clone()),
            epocher: epocher.clone(),
            start: marshal::Start::Genesis(Digested::precomputed(config.genesis, genesis)),
            partition_prefix: "marshal".into(),
            mailbox_size: NZUsize!(1024),
            view_retention: ViewDelta::new(64),
            prunable_items_per_section: NZU64!(1024),
            page_cache: cache.clone(),
            replay_buffer: NZUsize!(1 << 20),
            key_write_buffer: NZUsize!(1 << 16),
            value_write_buffer: NZUsize!(1 << 20),
            block_codec_config: (),
            max_repair: NZUsize!(32),
            max_pending_acks: NZUsize!(16),
            strategy: Sequential,
        },
    )
    .await;

    // Consensus.
    let floor = match &config.last {
        Some(last) => simplex::Floor::Finalized(
            delivery::finalization_of(last, &scheme).ok_or_else(|| EngineError::Storage(STRANGE.to_owned()))?,
        ),
        None => simplex::Floor::Genesis(genesis),
    };
    let application = Inline::new(context.child("application"), Adapter(machine.clone()), marshal.clone(), epocher);
    let engine = simplex::Engine::new(
        context.child("simplex"),
        simplex::Config {
            scheme,
            elector: RoundRobin::<Sha256>::default(),
            blocker: oracle,
            automaton: application.clone(),
            relay: application.clone(),
            reporter: Reporters::from((certificates.clone(), application)),
            track_historical_votes: false,
            strategy: Sequential,
            partition: JOURNAL.into(),
            mailbox_size: NZUsize!(1024),
            epoch: Epoch::zero(),
            floor,
            replay_buffer: NZUsize!(1 << 20),
            write_buffer: NZUsize!(1 << 16),
            page_cache: cache,
            leader_timeout: config.leader_timeout,
            certification_timeout: config.leader_timeout * 2,
            timeout_retry: config.leader_timeout * 2,
            view_retention: ViewDelta::new(16),
            skip: SkipPolicy::Enabled { timeout: config.leader_timeout * 5, budget: simplex::SkipBudget::Participants },
            fetch_timeout: NZDuration!(Duration::from_secs(1)),
            fetch_retry_delay: Duration::from_millis(100),
            forward: ForwardPolicy::Disabled,
        },
    );

    let (inbox, delivered) = delivery::inbox();
    network.start();
    broadcast.start(broadcasts);
    marshal_actor.start(inbox, broadcast_mailbox, resolver);
    engine.start(votes, vote_certificates, fetches);
    let receiving = machine.clone();
    context.child("delivery").spawn(move |_| delivery::deliver(machine, marshal, certificates, delivered));
    context.child("gossip").spawn(move |_| exchange(receiving, batches, gossip));
    Ok(())
}

const STRANGE: &str = "the last certificate in the store does not hold for this network's validators";

/// The folder of the votes, below the engine's folder: what [`super::guard`] looks for.
pub const JOURNAL: &str = "simplex";

fn archive<C>(name: &str, cache: &CacheRef, codec_config: C) -> prunable::Config<EightCap, C> {
    prunable::Config {
        translator: EightCap,
        metadata_partition: format!("{name}-metadata"),
        key_partition: format!("{name}-key"),
        key_page_cache: cache.clone(),
        value_partition: format!("{name}-value"),
        compression: None,
        codec_config,
        items_per_section: NZU64!(4096),
        key_write_buffer: NZUsize!(1 << 16),
        value_write_buffer: NZUsize!(1 << 20),
        replay_buffer: NZUsize!(1 << 20),
    }
}

/// Sends this node's batches to the other validators and takes theirs.
async fn exchange<M, S, R>(machine: M, (mut sender, mut receiver): (S, R), mut outgoing: mpsc::Receiver<Bytes>)
where
    M: Machine,
    S: commonware_p2p::Sender<PublicKey = ed25519::PublicKey>,
    R: commonware_p2p::Receiver<PublicKey = ed25519::PublicKey>,
{
    loop {
        ::tokio::select! {
            batch = outgoing.recv() => match batch {
                Some(batch) => {
                    sender.send(Recipients::All, IoBuf::from(batch), false);
                }
                None => return,
            },
            message = receiver.recv() => match message {
                Ok((_, message)) => machine.received(message.into()),
                Err(_) => return,
            },
        }
    }
}
