//! The ordering engine of one epoch: consensus over an authenticated network of the epoch's validators.
//!
//! It runs in the engine's own runtime on a thread of its own; the node talks to it through channels. Idle, it grows
//! nothing: a view without records is given up, and the votes of such views are forgotten at the next block. Nodes in
//! different epochs do not talk to each other here: the epoch is part of the handshake.

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
use commonware_cryptography::{ChaCha20Poly1305, Signer as _, ed25519};
use commonware_p2p::{Address, AddressableManager as _, authenticated::lookup};
use commonware_runtime::{Handle, Quota, Runner as _, Spawner as _, Supervisor as _, tokio};
use commonware_stream::{
    cups::{self, Cups},
    sake::{self, Sake},
};
use commonware_utils::{NZU32, NZUsize, ordered::Map, union};
use futures::future::{select, select_all};
use kontor_sealing::PublicKey;

pub use super::consensus::engine_key;
use super::{
    Machine, Membership, Ordering,
    consensus::{self, Channels, ConsensusError, Identities, Seat},
    delivery::Certificates,
};

/// Batches on their way to the p2p network; beyond it they wait for this node's own turn to propose.
const OUTGOING: usize = 1024;

/// Messages per second that one peer may send on a channel: above what load needs, so that only an attack meets it.
/// The network reserves room for as many of each peer.
const fn quota(channel: u64) -> Quota {
    Quota::per_second(match channel {
        consensus::VOTES | consensus::CERTIFICATES | consensus::BATCHES => NZU32!(800),
        _ => NZU32!(200),
    })
}

/// Where a validator's node listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The validator's key.
    pub key: PublicKey,
    /// The address.
    pub address: SocketAddr,
}

/// What the engine is started with.
pub struct Config {
    /// The epoch and this node's part in it.
    pub seat: Seat,
    /// Where the other validators are; one that is missing can still reach this node.
    pub places: Vec<Place>,
    /// Where to listen for other validators.
    pub listen: SocketAddr,
    /// The engine's journal and archives, of this epoch only.
    pub folder: PathBuf,
    /// Threads of the engine's runtime.
    pub threads: usize,
}

/// Why the engine did not start.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// Consensus did not start.
    #[error(transparent)]
    Consensus(#[from] ConsensusError),
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
    epoch: u64,
    validators: Vec<PublicKey>,
    stop: Mutex<Option<(oneshot::Sender<()>, JoinHandle<()>)>>,
}

impl Engine {
    /// Starts the engine on its own thread and returns once it runs.
    ///
    /// # Errors
    /// Any [`EngineError`].
    pub fn start<M: Machine>(config: Config, machine: M) -> Result<Self, EngineError> {
        let (epoch, validators) = (config.seat.epoch, config.seat.validators.clone());
        let (outgoing, batches) = mpsc::channel(OUTGOING);
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
                    match run(&context, config, machine, kept, batches).await {
                        Ok(tasks) => {
                            let _ = started.send(Ok(()));
                            // Ends when the handle is used or dropped, or with the first task that ends by itself.
                            select(stopped, select_all(tasks)).await;
                        }
                        Err(error) => {
                            let _ = started.send(Err(error));
                        }
                    }
                    let _ = context.stop(0, Some(Duration::from_secs(2))).await;
                });
            })
            .map_err(EngineError::Thread)?;
        start.recv().map_err(|_| EngineError::Ended)??;
        Ok(Self { outgoing, certificates, epoch, validators, stop: Mutex::new(Some((stop, thread))) })
    }
}

impl Ordering for Engine {
    fn submit(&self, batch: Bytes) {
        // A full queue loses nothing: this node proposes the batch itself when it leads.
        let _ = self.outgoing.try_send(batch);
    }

    fn membership(&self) -> Membership {
        Membership {
            epoch: self.epoch,
            view: self.certificates.view(),
            validators: self.validators.clone(),
            orders: true,
        }
    }

    fn has_failed(&self) -> bool {
        let stop = self.stop.lock().unwrap_or_else(PoisonError::into_inner);
        stop.as_ref().is_some_and(|(_, thread)| thread.is_finished())
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

async fn run<M: Machine>(
    context: &tokio::Context,
    config: Config,
    machine: M,
    certificates: Certificates,
    batches: mpsc::Receiver<Bytes>,
) -> Result<Vec<Handle<()>>, EngineError> {
    let Config { seat, places, listen, .. } = config;
    let Identities { signer, validators, largest } = seat.identities()?;
    let me = signer.public_key();
    let addresses = validators.iter().filter_map(|key| {
        let place = places.iter().find(|place| engine_key(&place.key).as_ref() == Some(key));
        let address = if *key == me { Some(listen) } else { place.map(|place| place.address) };
        Some((key.clone(), Address::from(address?)))
    });
    let addresses: Map<ed25519::PublicKey, Address> =
        addresses.collect::<Vec<_>>().try_into().map_err(|_| ConsensusError::Validators)?;
    let peers = NonZeroUsize::new(validators.len()).ok_or(ConsensusError::Validators)?;

    let handshake = Cups::<_, ChaCha20Poly1305>::new(
        Sake {
            signer,
            synchrony_bound: Duration::from_secs(5),
            max_handshake_age: Duration::from_secs(10),
            version: sake::Version::V1,
        },
        cups::Version::V1,
    );
    let namespace = union(&union(&seat.namespace, b"_P2P"), &seat.epoch.to_be_bytes());
    let mut network_config = lookup::Config::local(
        handshake,
        &namespace,
        listen,
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
    let channels = Channels::of(|channel| network.register(channel, quota(channel)));
    let mut tasks = vec![network.start()];
    tasks.extend(consensus::start(context, seat, oracle, channels, machine, certificates, batches).await?);
    Ok(tasks)
}
