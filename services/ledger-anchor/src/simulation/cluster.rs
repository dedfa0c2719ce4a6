//! Four members' nodes over a network that parts and heals, each of which may stop and start.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use commonware_actor::Feedback;
use commonware_cryptography::ed25519;
use commonware_p2p::{
    BlockedSubscription, Blocker, PeerSetSubscription, Provider, TrackedPeers,
    simulated::{self, Control, Link, Manager, Network as Links, Oracle},
};
use commonware_runtime::{Clock as _, Handle, Quota, Spawner as _, Supervisor as _, deterministic::Context};
use commonware_utils::{NZU32, NZUsize, Probability};
use futures::future::{BoxFuture, pending};
use kontor_chassis::metrics::Metrics;
use kontor_ledger::{Genesis, block::BlockHeader, certificate::namespace};
use rand::{RngExt as _, rngs::StdRng};
use tempfile::TempDir;
use tokio::sync::{mpsc, oneshot};

use super::{
    liar::{Conduct, Player, Reach, disturb},
    members::{LIAR, MEMBERS, genesis, peer, validator},
};
use crate::{
    node::{Alarm, Node, Settings, committer, host::Host},
    ordering::{
        Membership, Ordering,
        consensus::{self, BACKFILLS, BROADCASTS, CHANNELS, Channels, Seat},
        delivery::Certificates,
    },
    rules::Network,
    store::Store,
};

const QUOTA: Quota = Quota::per_second(NZU32!(2_000));

/// The runtime's clock and tasks; work is done at once, or its end would be a matter of the real clock.
struct Simulated(Context);

impl Host for Simulated {
    fn now(&self) -> SystemTime {
        self.0.current()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(self.0.sleep(duration))
    }

    fn spawn(&self, task: BoxFuture<'static, ()>) {
        self.0.child("task").spawn(move |_| task);
    }

    fn work(&self, work: Box<dyn FnOnce() + Send>) {
        work();
    }
}

/// What consensus asks of the network about peers.
#[derive(Clone)]
struct Peers {
    control: Control<ed25519::PublicKey, Context>,
    manager: Manager<ed25519::PublicKey, Context>,
}

impl std::fmt::Debug for Peers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Peers").finish_non_exhaustive()
    }
}

impl Blocker for Peers {
    type PublicKey = ed25519::PublicKey;

    fn block(&mut self, peer: ed25519::PublicKey) -> Feedback {
        self.control.block(peer)
    }

    fn blocked(&mut self) -> BlockedSubscription<ed25519::PublicKey> {
        self.control.blocked()
    }
}

impl Provider for Peers {
    type PublicKey = ed25519::PublicKey;

    async fn peer_set(&mut self, id: u64) -> Option<TrackedPeers<ed25519::PublicKey>> {
        self.manager.peer_set(id).await
    }

    async fn subscribe(&mut self) -> PeerSetSubscription<ed25519::PublicKey> {
        self.manager.subscribe().await
    }
}

/// A way to a running node, as a client has it.
#[derive(Clone)]
pub struct Way {
    /// The node.
    pub node: Node,
    outgoing: mpsc::Sender<Bytes>,
}

impl Ordering for Way {
    fn submit(&self, batch: Bytes) {
        let _ = self.outgoing.try_send(batch);
    }

    fn membership(&self) -> Membership {
        let epoch = self.node.epoch();
        Membership { epoch: epoch.number, view: 0, validators: epoch.validators, orders: true }
    }

    fn has_failed(&self) -> bool {
        false
    }

    fn stop(&self) {}
}

/// The ways to the nodes that run, by member; clients share it.
pub type Ways = Arc<Mutex<Vec<Option<Way>>>>;

struct Replica {
    running: Option<Handle<()>>,
    store: Weak<Store>,
}

/// The network and its nodes.
pub struct Cluster {
    context: Context,
    oracle: Oracle<ed25519::PublicKey, Context>,
    genesis: Genesis,
    folder: TempDir,
    conduct: Conduct,
    half: Vec<ed25519::PublicKey>,
    replicas: Vec<Replica>,
    /// The ways to the nodes that run.
    pub ways: Ways,
    /// What nodes that stopped had raised.
    past: Vec<Alarm>,
}

/// A disk in memory, where there is one: a made-up machine's disk need not survive the real one's end.
fn folder() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder")
}

impl Cluster {
    /// A network whose nodes do not run yet.
    pub async fn new(context: Context, conduct: Conduct, rng: &mut StdRng) -> Self {
        let peers = (0..MEMBERS).map(peer);
        let config = simulated::Config {
            max_size: 32 << 20,
            max_peers_per_set: NZUsize!(4),
            disconnect_on_block: true,
            tracked_peer_sets: NZUsize!(1),
        };
        let (links, oracle) = Links::new_with_peers(context.child("network"), config, peers).await;
        links.start();
        let half = [rng.random_range(0..LIAR)].map(peer).to_vec();
        let replica = || Replica { running: None, store: Weak::new() };
        Self {
            context,
            oracle,
            genesis: genesis(),
            folder: folder(),
            conduct,
            half,
            replicas: (0..MEMBERS).map(|_| replica()).collect(),
            ways: Arc::new(Mutex::new(vec![None; MEMBERS.into()])),
            past: Vec::new(),
        }
    }

    /// The members that follow the protocol.
    pub fn honest(&self) -> std::ops::Range<u8> {
        0..if self.conduct == Conduct::Honest { MEMBERS } else { LIAR }
    }

    /// Whether a member's node runs.
    pub fn runs(&self, number: u8) -> bool {
        self.replicas[usize::from(number)].running.is_some()
    }

    /// A member's node.
    pub fn node(&self, number: u8) -> Node {
        self.lock()[usize::from(number)].as_ref().expect("it runs").node.clone()
    }

    /// What honest nodes have raised, also before they stopped.
    pub fn alarms(&self) -> Vec<Alarm> {
        let now = self.honest().flat_map(|number| self.node(number).alarms());
        self.past.iter().cloned().chain(now).collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Option<Way>>> {
        self.ways.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Links the members of each group with one another, and nobody else; of a hundred messages `loss` are lost.
    pub async fn part(&self, groups: &[Vec<u8>], latency: Duration, loss: u64) {
        for from in 0..MEMBERS {
            for to in (0..MEMBERS).filter(|to| *to != from) {
                let _ = self.oracle.remove_link(peer(from), peer(to)).await;
                if groups.iter().any(|group| group.contains(&from) && group.contains(&to)) {
                    let link = Link {
                        latency,
                        jitter: latency / 2,
                        success_rate: Probability::new(100 - loss, 100).expect("a probability"),
                    };
                    let _ = self.oracle.add_link(peer(from), peer(to), link).await;
                }
            }
        }
    }

    /// Stops a node where it stands.
    pub fn stop(&mut self, number: u8) {
        let way = self.lock()[usize::from(number)].take();
        self.past.extend(way.into_iter().flat_map(|way| way.node.alarms()));
        if let Some(running) = self.replicas[usize::from(number)].running.take() {
            running.abort();
        }
    }

    /// Starts a node on what it has kept.
    pub async fn start(&mut self, number: u8) {
        let conduct = if self.honest().contains(&number) { Conduct::Honest } else { self.conduct };
        // What holds the store of the run before ends with the tasks that hold it.
        for _ in 0..1_000 {
            if self.replicas[usize::from(number)].store.strong_count() == 0 {
                break;
            }
            self.context.sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(self.replicas[usize::from(number)].store.strong_count(), 0, "the node before has ended");
        let control = self.oracle.control(peer(number));
        let peers = Peers { control: control.clone(), manager: self.oracle.manager() };
        let mut channels = Vec::new();
        for channel in 0..CHANNELS {
            channels.push(control.register(channel, QUOTA).await.expect("a channel"));
        }
        let others: Vec<_> = (0..MEMBERS).map(peer).filter(|one| !self.half.contains(one)).collect();
        let (half, others) = (Arc::new(self.half.clone()), Arc::new(others));
        let reach = |channel: u64| Reach {
            conduct,
            of_blocks: [BROADCASTS, BACKFILLS].contains(&channel),
            half: Arc::clone(&half),
            others: Arc::clone(&others),
        };
        let reaches: Vec<_> = (0..CHANNELS).map(reach).collect();
        let part = |second: bool| Part {
            number,
            second,
            conduct,
            folder: self.folder.path().join(format!("{number}{}", if second { "-twin" } else { "" })),
            genesis: self.genesis.clone(),
            peers: peers.clone(),
        };
        let (first, twin) = (part(false), (conduct == Conduct::Twins).then(|| part(true)));
        let (ready, started) = oneshot::channel();
        let running = self.context.child("replica").with_attribute("member", number).spawn(move |context| async move {
            let (mut here, mut there) = (Vec::new(), Vec::new());
            for ((sender, receiver), reach) in channels.into_iter().zip(reaches) {
                let routing = reach.clone();
                let (receiver, other) = receiver
                    .split_with(context.child("routing"), move |(from, _): &(ed25519::PublicKey, _)| {
                        routing.route(from)
                    });
                if matches!(conduct, Conduct::Noise | Conduct::ForgedGossip) {
                    let (sender, task) = (sender.clone(), context.child("noise"));
                    let (network, channel) = (first.genesis.hash(), here.len() as u64);
                    task.spawn(move |context| disturb(context, sender, conduct, channel, network));
                }
                let (sender, second) = sender.split_with(reach.forwarder());
                here.push(Some((sender, receiver)));
                there.push(Some((second, other)));
            }
            let take = |all: &mut Vec<Option<_>>| {
                let mut all = std::mem::take(all);
                Channels::of(move |channel| all[channel as usize].take().expect("each once"))
            };
            let way = first.start(&context, take(&mut here)).await;
            let _twin = match twin {
                Some(twin) => Some(twin.start(&context, take(&mut there)).await),
                None => None,
            };
            let _ = ready.send(way);
            pending::<()>().await;
        });
        let way = started.await.expect("it starts");
        let replica = &mut self.replicas[usize::from(number)];
        (replica.running, replica.store) = (Some(running), Arc::downgrade(way.node.store()));
        self.lock()[usize::from(number)] = Some(way);
    }
}

/// One node of a validator.
struct Part {
    number: u8,
    second: bool,
    conduct: Conduct,
    folder: PathBuf,
    genesis: Genesis,
    peers: Peers,
}

impl Part {
    async fn start<S, R>(self, context: &Context, channels: Channels<S, R>) -> Way
    where
        S: commonware_p2p::Sender<PublicKey = ed25519::PublicKey>,
        R: commonware_p2p::Receiver<PublicKey = ed25519::PublicKey>,
    {
        std::fs::create_dir_all(&self.folder).expect("a folder");
        let store = Store::open(&self.folder, &self.genesis, 1 << 20).expect("a store");
        let last = store.certified_last().expect("a store").map(|(_, certificate)| certificate);
        let settings = Settings {
            hold: Duration::from_millis(100),
            block_bytes: 1 << 20,
            pool_bytes: 8 << 20,
            admission_threads: 0,
            snapshot_every: 0,
        };
        let network = Network::new(self.genesis.clone()).expect("a network");
        let host = Arc::new(Simulated(context.child("host")));
        let (node, outlets) = Node::on(host, network, store, settings, Metrics::default()).expect("a node");
        let (committing, finalised) = (node.clone(), outlets.finalised);
        context.child("committer").spawn(move |context| async move {
            loop {
                while let Ok(first) = finalised.try_recv() {
                    if !committer::commit_group(&committing, first, &finalised) {
                        return;
                    }
                }
                context.sleep(Duration::from_millis(3)).await;
            }
        });
        let (outgoing, batches) = mpsc::channel(64);
        let seat = Seat {
            namespace: namespace(&self.genesis.hash()),
            epoch: 0,
            base: BlockHeader::first(&self.genesis),
            last,
            validators: node.epoch().validators,
            key: validator(self.number),
            partition: format!("{}-{}-", self.number, u8::from(self.second)),
            leader_timeout: Duration::from_millis(300),
        };
        let player = Player { node: node.clone(), conduct: self.conduct };
        let started =
            consensus::start(context, seat, self.peers, channels, player, Certificates::default(), batches).await;
        started.unwrap_or_else(|error| panic!("{error}"));
        Way { node, outgoing }
    }
}
