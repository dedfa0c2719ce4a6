//! Starting and stopping a node: opens what it keeps, checks that it may start, wires everything, in this order.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    thread::JoinHandle,
    time::Duration,
};

use actix_web::web;
use kontor_chassis::{
    Shutdown, client,
    health::Health,
    metrics::Metrics,
    process::Process,
    rate::Rate,
    server::{self, Limits, Server},
    tls::TlsError,
};
use kontor_ledger::genesis::{Genesis, GenesisError};
use kontor_sealing::PublicKey;
use reqwest::Client;

use crate::{
    attachments::{AttachmentError, Attachments},
    config::{Config, InvalidConfig, JoinFrom},
    expiry,
    http::{self, App},
    join::{self, Join},
    node::{
        Node, NodeError, Settings, committer,
        succession::{self, Setup, Succession, SuccessionError},
    },
    ordering::{
        Ordering,
        guard::{GuardError, Lock},
    },
    peers::Peers,
    retention,
    rules::Network,
    snapshot::{Snapshots, keeper},
    store::{Store, StoreError},
    vigil, watch,
};

/// Why a node did not start; one line each.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A file cannot be read or made.
    #[error("cannot use {}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The genesis file is not one.
    #[error("{} is not a genesis: {message}", path.display())]
    GenesisFile {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// The genesis contradicts itself.
    #[error("the genesis could not start a network: {0}")]
    Genesis(#[from] GenesisError),
    /// The configuration contradicts itself or the genesis.
    #[error(transparent)]
    Config(#[from] InvalidConfig),
    /// Starting could break consensus.
    #[error(transparent)]
    Guard(#[from] GuardError),
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The node cannot be made.
    #[error(transparent)]
    Node(#[from] NodeError),
    /// The attachment store cannot be used.
    #[error(transparent)]
    Attachments(#[from] AttachmentError),
    /// The node cannot take its place in ordering.
    #[error(transparent)]
    Succession(#[from] SuccessionError),
    /// The client for other nodes cannot be made.
    #[error(transparent)]
    Client(#[from] TlsError),
    /// The listeners did not start.
    #[error(transparent)]
    Server(#[from] server::StartError),
}

/// A running node.
pub struct Running {
    server: server::Running,
    node: Node,
    ordering: Arc<dyn Ordering>,
    replication: tokio::task::JoinHandle<()>,
    watching: tokio::task::JoinHandle<()>,
    vigil: tokio::task::JoinHandle<()>,
    retaining: Option<tokio::task::JoinHandle<()>>,
    certificate: Option<tokio::task::JoinHandle<()>>,
    threads: [JoinHandle<()>; 2],
    stopping: Shutdown,
    _locks: Vec<Lock>,
}

impl Running {
    /// Where the public listener is.
    pub fn http(&self) -> SocketAddr {
        self.server.http
    }

    /// Where the mutual-TLS listener is.
    pub fn mutual_tls(&self) -> Option<SocketAddr> {
        self.server.mutual_tls
    }

    /// The node itself, for those in the same process.
    pub fn node(&self) -> &Node {
        &self.node
    }

    /// Its ordering.
    pub fn ordering(&self) -> &Arc<dyn Ordering> {
        &self.ordering
    }

    /// Stops taking requests, then ordering, then everything else; what was acknowledged is on disk already.
    pub async fn stop(self) {
        self.stopping.trigger();
        self.server.stop().await;
        let _ = self.replication.await;
        let _ = self.watching.await;
        let _ = self.vigil.await;
        if let Some(retaining) = self.retaining {
            let _ = retaining.await;
        }
        if let Some(certificate) = self.certificate {
            let _ = certificate.await;
        }
        end(self.node, self.threads, Some(self.ordering)).await;
    }
}

/// Ends what orders, executes, commits and writes snapshots.
async fn end(node: Node, threads: [JoinHandle<()>; 2], ordering: Option<Arc<dyn Ordering>>) {
    let ended = tokio::task::spawn_blocking(move || {
        if let Some(ordering) = ordering {
            ordering.stop();
        }
        node.stop();
        for thread in threads {
            let _ = thread.join();
        }
        if let Err(error) = node.store().flush_tiles() {
            tracing::error!(%error, "the log's tiles could not be flushed");
        }
    });
    let _ = ended.await;
}

impl Process for Running {
    fn http(&self) -> SocketAddr {
        Self::http(self)
    }

    fn stop(self) -> impl Future<Output = ()> + Send {
        Self::stop(self)
    }
}

/// Starts a node.
///
/// # Errors
/// Any [`StartError`]; nothing runs then.
pub async fn run(config: Config) -> Result<Running, StartError> {
    let network = Network::new(read_genesis(&config.genesis)?)?;
    fs::create_dir_all(&config.data).map_err(file(&config.data))?;
    let mut locks = vec![Lock::acquire(&config.data.join("lock"))?];
    if let Some(validator) = &config.validator {
        validator.check()?;
        locks.push(Lock::acquire(&validator.key.with_extension("lock"))?);
    }

    let public = client::plain()?;
    let folder = config.data.join("store");
    join(&config, &network, &public, &folder).await?;
    let store = Store::open(&folder, &network.genesis, config.cache << 20)?;
    let metrics = Metrics::new();
    let (node, outlets) = Node::new(network, store, settings(&config), metrics.clone())?;
    check_keys(&config, &node)?;
    let members = config.listen.mutual_tls.as_ref().map(client::mutual_tls).transpose()?;
    let peers = Peers::new(node.clone(), config.member, config.peers.clone());
    let attachments =
        Attachments::open(&config.data.join("attachments"), peers.clone(), public.clone(), config.attachment)?;
    let folder = config.data.join("snapshots");
    let snapshots = Snapshots::open(folder.clone()).map_err(file(&folder))?;
    let committing = node.clone();
    let committer = thread("committer", move || committer::run(&committing, &outlets.finalised))?;
    let (snapshotting, written) = (node.clone(), snapshots.clone());
    let keeper = thread("snapshots", move || keeper::run(&snapshotting, &written, &outlets.snapshots))?;
    let threads = [committer, keeper];

    let setup = Setup {
        node: node.clone(),
        member: config.member,
        peers: peers.clone(),
        validator: config.validator.clone(),
        data: config.data.clone(),
        public: public.clone(),
        members,
    };
    let ordering: Arc<dyn Ordering> = match Succession::start(setup).await {
        Ok(ordering) => Arc::new(ordering),
        Err(error) => {
            end(node, threads, None).await;
            return Err(error.into());
        }
    };

    let health = health(&node);
    let server = Server::new(http::SERVICE).health(health.clone()).metrics(&metrics).limits(limits());
    let stopping = server.shutdown();
    let app = web::Data::new(App {
        node: node.clone(),
        ordering: Arc::clone(&ordering),
        attachments: attachments.clone(),
        snapshots: snapshots.clone(),
        member: config.member,
        peers: peers.clone(),
        announce: config.announce.clone(),
        shutdown: stopping.clone(),
    });
    http::page::sections(&health, &app);
    let routed = app.clone();
    let server = match server
        .start(&config.listen, app, move |routes, listener| http::routes(&routed, routes, listener))
        .await
    {
        Ok(server) => server,
        Err(error) => {
            end(node, threads, Some(ordering)).await;
            return Err(error.into());
        }
    };
    let terms = watch::Terms { every: Duration::from_secs(config.compare.max(1)), lag: config.alarms.lag };
    let watching = tokio::spawn(watch::compare(node.clone(), peers, public, terms, stopping.clone()));
    let retaining = config
        .retention
        .map(|days| tokio::spawn(retention::keep_up(node.clone(), attachments.clone(), days, stopping.clone())));
    let certificate =
        server.certificate().map(|status| tokio::spawn(expiry::watch(node.clone(), status, stopping.clone())));
    let vigil = tokio::spawn(vigil::keep(node.clone(), config.data.clone(), config.alarms.clone(), stopping.clone()));
    let replication = tokio::spawn(attachments.replicate(node.clone(), outlets.attachments, stopping.clone()));
    Ok(Running {
        server,
        node,
        ordering,
        replication,
        watching,
        vigil,
        retaining,
        certificate,
        threads,
        stopping,
        _locks: locks,
    })
}

/// Makes the store of a node that has none from a snapshot, if it is told to and can; else the node follows the log.
async fn join(config: &Config, network: &Network, client: &Client, store: &Path) -> Result<(), StartError> {
    join::forget_unfinished(&config.data).map_err(file(&config.data))?;
    if config.join == JoinFrom::Log || store.exists() {
        return Ok(());
    }
    let own = own_keys(config)?;
    let join = Join { network, own, peers: &config.peers, client: client.clone(), cache: config.cache << 20 };
    match join.run(&config.data, store).await {
        Ok(height) => tracing::info!(height, "joined from a snapshot"),
        Err(error) => tracing::warn!(%error, "cannot join from a snapshot, the node runs the log from its beginning"),
    }
    Ok(())
}

/// The keys that the node orders with, now or next.
fn own_keys(config: &Config) -> Result<Vec<PublicKey>, StartError> {
    let mut keys = Vec::new();
    for path in config.validator.iter().flat_map(succession::key_files) {
        keys.extend(succession::read_key(&path)?.map(|key| key.public()));
    }
    Ok(keys)
}

/// A member that is registered with a validator key must have it here, or its node would wait for a seat for ever.
fn check_keys(config: &Config, node: &Node) -> Result<(), StartError> {
    let Some(validator) = &config.validator else { return Ok(()) };
    let keys = own_keys(config)?;
    if keys.is_empty() {
        let source = std::io::ErrorKind::NotFound.into();
        return Err(StartError::File { path: validator.key.clone(), source });
    }
    let members = node.members();
    // Who is not a member yet waits for the members' votes.
    let Some(own) = members.iter().find(|one| one.member.id == config.member) else { return Ok(()) };
    if own.member.validator.is_some_and(|registered| keys.contains(&registered)) {
        return Ok(());
    }
    Err(InvalidConfig::OtherKey(config.member).into())
}

fn settings(config: &Config) -> Settings {
    let (hold, block_bytes) = match &config.validator {
        Some(validator) => (validator.hold, validator.block),
        None => (0, 0),
    };
    Settings {
        hold: Duration::from_millis(hold),
        block_bytes,
        pool_bytes: config.pool << 20,
        admission_threads: config.admission_threads.max(1),
        snapshot_every: config.snapshot_every,
    }
}

/// Members' services poll and stream a lot; strangers do not reach a node.
fn limits() -> Limits {
    Limits { public: Rate { per_second: 5_000.0, burst: 20_000 }, ..Limits::default() }
}

fn health(node: &Node) -> Health {
    let health = Health::new();
    let halted = node.clone();
    health.check("ledger", move || {
        let halted = halted.is_halted();
        async move { if halted { Err("the node has stopped taking part".to_owned()) } else { Ok(()) } }
    });
    for (label, figure) in [
        ("Records in the log", (|node: &Node| node.progress().borrow().size.to_string()) as fn(&Node) -> String),
        ("Height", |node| node.progress().borrow().height.to_string()),
        ("Root of the log", |node| node.progress().borrow().root.to_string()),
        ("Records waiting", |node| node.load().0.to_string()),
    ] {
        let node = node.clone();
        health.figure(label, move || {
            let value = figure(&node);
            async move { value }
        });
    }
    health
}

fn thread(name: &str, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, NodeError> {
    std::thread::Builder::new().name(name.into()).spawn(run).map_err(NodeError::Thread)
}

fn read_genesis(path: &Path) -> Result<Genesis, StartError> {
    let text = fs::read(path).map_err(file(path))?;
    let genesis: Genesis = serde_json::from_slice(&text)
        .map_err(|error| StartError::GenesisFile { path: path.to_owned(), message: error.to_string() })?;
    genesis.check()?;
    Ok(genesis)
}

fn file(path: &Path) -> impl FnOnce(std::io::Error) -> StartError {
    let path = path.to_owned();
    move |source| StartError::File { path, source }
}
