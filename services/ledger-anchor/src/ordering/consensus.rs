//! One epoch's consensus: commonware simplex over marshal and buffered broadcast, on whatever runtime and network.
//!
//! Nodes run it on real sockets and clocks (see [`super::engine`]), the simulation on a clock and a network that a
//! seed decides.

use std::time::Duration;

use ::tokio::sync::mpsc;
use bytes::Bytes;
use commonware_broadcast::buffered;
use commonware_codec::{DecodeExt as _, FixedSize as _};
use commonware_consensus::{
    Reporters,
    marshal::{
        self,
        core::Actor as MarshalActor,
        resolver::p2p as backfill,
        standard::{Inline, Standard},
    },
    simplex::{self, ForwardPolicy, SkipPolicy, elector::RoundRobin, scheme::ed25519::Scheme},
    types::{Epoch, ViewDelta},
};
use commonware_cryptography::{
    Digested, Sha256, Signer as _,
    certificate::{ConstantProvider, Verifier as _},
    ed25519,
};
use commonware_p2p::{Blocker, Provider, Receiver, Recipients, Sender, max_message_size};
use commonware_parallel::Sequential;
use commonware_runtime::{Clock, Handle, IoBuf, Metrics, Spawner, Storage, buffer::paged::CacheRef};
use commonware_storage::{archive::prunable, translator::EightCap};
use commonware_utils::{NZDuration, NZU16, NZU64, NZUsize, TryCollect as _, ordered::Set};
use kontor_ledger::{block::BlockHeader, certificate::Certificate, encoding::MAX_BYTES};
use kontor_sealing::{PublicKey, SigningKey, Suite};
use rand_core::CryptoRng;

use super::{
    Machine,
    application::Adapter,
    block::{Block, Body, EngineDigest, engine_digest},
    delivery::{self, Certificates},
    witness::{Watchful, Witness},
};

/// One epoch, as one of its validators takes part in it.
pub struct Seat {
    /// Separates this network's votes from any other's; receipts verify under it.
    pub namespace: Vec<u8>,
    /// Counts from 0, genesis.
    pub epoch: u64,
    /// The last block of the epoch before.
    pub base: BlockHeader,
    /// The last certificate of the epoch that the node's store has: whatever the journal lost, this node does not vote
    /// in its view or before it again.
    pub last: Option<Certificate>,
    /// Keys of all validators, this one included.
    pub validators: Vec<PublicKey>,
    /// This validator's key.
    pub key: SigningKey,
    /// What the names of its partitions in the engine's storage begin with; empty if it has a storage of its own.
    pub partition: String,
    /// How long a leader may take before the others give up its view; longer than a proposal is held open.
    pub leader_timeout: Duration,
}

/// Why consensus did not start.
#[derive(Debug, thiserror::Error)]
pub enum ConsensusError {
    /// A validator's key is no Ed25519 point, or is listed twice.
    #[error("a validator's key is invalid or not unique")]
    Validators,
    /// This node's key is not among the validators.
    #[error("this node's key is not a validator's")]
    NotAValidator,
    /// A component could not open its storage.
    #[error("the ordering engine did not start: {0}")]
    Storage(String),
}

/// What the network needs to know of the validators.
pub struct Identities {
    /// Votes for this validator.
    pub signer: ed25519::PrivateKey,
    /// All of them.
    pub validators: Set<ed25519::PublicKey>,
    /// The largest message among them, in bytes.
    pub largest: u32,
}

impl Seat {
    /// The keys in the engine's form.
    ///
    /// # Errors
    /// [`ConsensusError::Validators`] and [`ConsensusError::NotAValidator`].
    pub fn identities(&self) -> Result<Identities, ConsensusError> {
        let seed = self.key.to_seed();
        let signer = ed25519::PrivateKey::decode(Bytes::copy_from_slice(seed.as_ref()))
            .map_err(|_| ConsensusError::NotAValidator)?;
        let keys = self.validators.iter().map(engine_key).collect::<Option<Vec<_>>>();
        let keys = keys.filter(|keys| !keys.is_empty()).ok_or(ConsensusError::Validators)?;
        let count = u32::try_from(keys.len()).map_err(|_| ConsensusError::Validators)?;
        let validators = keys.into_iter().try_collect().map_err(|_| ConsensusError::Validators)?;
        let largest = max_message_size(&[
            simplex::max_payload_size::<Scheme, EngineDigest>(count),
            marshal::max_payload_size::<Standard<Block>, Scheme>(count, &self.base.height),
            MAX_BYTES,
        ]);
        Ok(Identities { signer, validators, largest })
    }
}

/// The engine's form of a validator key.
pub fn engine_key(key: &PublicKey) -> Option<ed25519::PublicKey> {
    match key.suite() {
        Suite::Intl => ed25519::PublicKey::decode(Bytes::copy_from_slice(key.as_bytes())).ok(),
    }
}

/// The ledger's form of a validator key.
pub fn ledger_key(key: &ed25519::PublicKey) -> PublicKey {
    let mut bytes = [0; ed25519::PublicKey::SIZE];
    bytes.copy_from_slice(key.as_ref());
    PublicKey::from_bytes(Suite::Intl, bytes)
}

/// How many channels consensus takes; [`Channels::of`] is given as many, in this order.
pub const CHANNELS: u64 = 6;

/// The channel of votes.
pub const VOTES: u64 = 0;

/// The channel of certificates.
pub const CERTIFICATES: u64 = 1;

/// The channel of blocks on their way to all.
pub const BROADCASTS: u64 = 3;

/// The channel of questions for blocks, and of the answers.
pub const BACKFILLS: u64 = 4;

/// The channel of batches on their way to whoever proposes next.
pub const BATCHES: u64 = 5;

/// The network's channels.
pub struct Channels<S, R> {
    votes: (S, R),
    certificates: (S, R),
    fetches: (S, R),
    broadcasts: (S, R),
    backfills: (S, R),
    batches: (S, R),
}

impl<S, R> Channels<S, R> {
    /// Takes channels by number.
    pub fn of(mut register: impl FnMut(u64) -> (S, R)) -> Self {
        Self {
            votes: register(VOTES),
            certificates: register(CERTIFICATES),
            fetches: register(2),
            broadcasts: register(BROADCASTS),
            backfills: register(BACKFILLS),
            batches: register(BATCHES),
        }
    }
}

/// Starts consensus; it runs until `context` stops. None of its tasks, which are returned, ends before.
///
/// # Errors
/// Any [`ConsensusError`].
pub async fn start<E, O, S, R, M>(
    context: &E,
    seat: Seat,
    oracle: O,
    channels: Channels<S, R>,
    machine: M,
    certificates: Certificates,
    outgoing: mpsc::Receiver<Bytes>,
) -> Result<Vec<Handle<()>>, ConsensusError>
where
    E: Spawner + Clock + Storage + Metrics + CryptoRng,
    O: Blocker<PublicKey = ed25519::PublicKey> + Provider<PublicKey = ed25519::PublicKey>,
    S: Sender<PublicKey = ed25519::PublicKey>,
    R: Receiver<PublicKey = ed25519::PublicKey>,
    M: Machine,
{
    let Identities { signer, validators, .. } = seat.identities()?;
    let me = signer.public_key();
    let witness = Witness::new(machine.clone(), certificates.clone(), &validators);
    let oracle = Watchful::new(oracle, machine.clone());
    let scheme = Scheme::signer(&seat.namespace, validators, signer).ok_or(ConsensusError::NotAValidator)?;
    let base = seat.base.height;

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
        channels.backfills,
    );
    let resolver = (received, resolver);
    let (broadcast, broadcast_mailbox) = buffered::Engine::new(
        context.child("broadcast"),
        buffered::Config {
            public_key: me,
            mailbox_size: NZUsize!(1024),
            deque_size: 8,
            priority: true,
            codec_config: base,
            peer_provider: oracle.clone(),
            strategy: Sequential,
        },
    );
    let failed = |error: &dyn std::fmt::Display| ConsensusError::Storage(error.to_string());
    let finalizations = prunable::Archive::init(
        context.child("finalizations"),
        archive(&seat.partition, "finalizations", &cache, Scheme::certificate_codec_config_unbounded()),
    )
    .await
    .map_err(|error| failed(&error))?;
    let blocks = prunable::Archive::init(context.child("blocks"), archive(&seat.partition, "blocks", &cache, base))
        .await
        .map_err(|error| failed(&error))?;
    let adapter = Adapter { machine: machine.clone(), epoch: seat.epoch, base };
    let first = Block::new(seat.base, Body::join(Vec::new())).above(base);
    let genesis = engine_digest(&first.id());
    let last = match &seat.last {
        Some(last) => {
            Some(delivery::finalization_of(last, &scheme).ok_or_else(|| ConsensusError::Storage(STRANGE.to_owned()))?)
        }
        None => None,
    };
    let (marshal_actor, marshal, _) = MarshalActor::init(
        context.child("marshal"),
        finalizations,
        blocks,
        marshal::Config {
            provider: ConstantProvider::new(scheme.clone()),
            epocher: adapter.clone(),
            // What the archive lacks before the last certificate, the node's store has.
            start: match last.clone() {
                Some(last) => marshal::Start::Floor(last),
                None => marshal::Start::Genesis(Digested::precomputed(first, genesis)),
            },
            partition_prefix: format!("{}marshal", seat.partition),
            mailbox_size: NZUsize!(1024),
            view_retention: ViewDelta::new(64),
            prunable_items_per_section: NZU64!(256),
            page_cache: cache.clone(),
            replay_buffer: NZUsize!(1 << 20),
            key_write_buffer: NZUsize!(1 << 16),
            value_write_buffer: NZUsize!(1 << 20),
            block_codec_config: base,
            max_repair: NZUsize!(32),
            max_pending_acks: NZUsize!(16),
            strategy: Sequential,
        },
    )
    .await;

    // Consensus.
    let floor = last.map_or(simplex::Floor::Genesis(genesis), simplex::Floor::Finalized);
    let application = Inline::new(context.child("application"), adapter.clone(), marshal.clone(), adapter);
    let engine = simplex::Engine::new(
        context.child("simplex"),
        simplex::Config {
            scheme,
            elector: RoundRobin::<Sha256>::default(),
            blocker: oracle,
            automaton: application.clone(),
            relay: application.clone(),
            reporter: Reporters::from((witness, application)),
            track_historical_votes: false,
            strategy: Sequential,
            partition: format!("{}{JOURNAL}", seat.partition),
            mailbox_size: NZUsize!(1024),
            epoch: Epoch::new(seat.epoch),
            floor,
            replay_buffer: NZUsize!(1 << 20),
            write_buffer: NZUsize!(1 << 16),
            page_cache: cache,
            leader_timeout: seat.leader_timeout,
            certification_timeout: seat.leader_timeout * 2,
            timeout_retry: seat.leader_timeout * 2,
            view_retention: ViewDelta::new(16),
            skip: SkipPolicy::Enabled { timeout: seat.leader_timeout * 5, budget: simplex::SkipBudget::Participants },
            fetch_timeout: NZDuration!(Duration::from_secs(1)),
            fetch_retry_delay: Duration::from_millis(100),
            forward: ForwardPolicy::Disabled,
        },
    );

    let (inbox, delivered) = delivery::inbox();
    let (receiving, (sender, receiver)) = (machine.clone(), channels.batches);
    Ok(vec![
        broadcast.start(channels.broadcasts),
        marshal_actor.start(inbox, broadcast_mailbox, resolver),
        engine.start(channels.votes, channels.certificates, channels.fetches),
        context.child("delivery").spawn(move |_| delivery::deliver(machine, marshal, certificates, delivered, base)),
        context.child("sending").spawn(move |_| send_batches(sender, outgoing)),
        context.child("receiving").spawn(move |_| receive_batches(receiving, receiver)),
    ])
}

const STRANGE: &str = "the last certificate in the store does not hold for the epoch's validators";

/// The folder of the votes, below the engine's folder: what [`super::guard`] looks for.
pub const JOURNAL: &str = "simplex";

fn archive<C>(partition: &str, name: &str, cache: &CacheRef, codec_config: C) -> prunable::Config<EightCap, C> {
    prunable::Config {
        translator: EightCap,
        metadata_partition: format!("{partition}{name}-metadata"),
        key_partition: format!("{partition}{name}-key"),
        key_page_cache: cache.clone(),
        value_partition: format!("{partition}{name}-value"),
        compression: None,
        codec_config,
        items_per_section: NZU64!(256),
        key_write_buffer: NZUsize!(1 << 16),
        value_write_buffer: NZUsize!(1 << 20),
        replay_buffer: NZUsize!(1 << 20),
    }
}

/// Sends this node's batches to the other validators.
async fn send_batches<S>(mut sender: S, mut outgoing: mpsc::Receiver<Bytes>)
where
    S: Sender<PublicKey = ed25519::PublicKey>,
{
    while let Some(batch) = outgoing.recv().await {
        sender.send(Recipients::All, IoBuf::from(batch), false);
    }
}

/// Takes the other validators' batches.
async fn receive_batches<M, R>(machine: M, mut receiver: R)
where
    M: Machine,
    R: Receiver<PublicKey = ed25519::PublicKey>,
{
    while let Ok((from, batch)) = receiver.recv().await {
        machine.received(batch.into(), ledger_key(&from));
    }
}
