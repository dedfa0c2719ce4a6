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
use kontor_ledger::{
    block::BlockHeader,
    certificate::{Certificate, namespace},
    genesis::{Genesis, GenesisError},
};
use kontor_sealing::SigningKey;
use zeroize::Zeroizing;

use crate::{
    attachments::{AttachmentError, Attachments},
    config::{self, Config, InvalidConfig},
    expiry,
    http::{self, App},
    node::{
        Node, NodeError, Settings, committer,
        follower::{Follower, Source},
    },
    ordering::{
        Block, Ordering,
        block::Body,
        engine::{self, Engine, EngineError},
        guard::{self, GuardError, Lock},
    },
    rules::Network,
    store::{Store, StoreError},
    watch,
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
    /// The key file does not hold a key.
    #[error("{} does not hold a key of 64 hexadecimal digits", .0.display())]
    Key(PathBuf),
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
    /// The ordering engine did not start.
    #[error(transparent)]
    Engine(#[from] EngineError),
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
    certificate: Option<tokio::task::JoinHandle<()>>,
    committer: JoinHandle<()>,
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
        if let Some(certificate) = self.certificate {
            let _ = certificate.await;
        }
        end(self.node, self.committer, Some(self.ordering)).await;
    }
}

/// Ends what orders, executes and commits.
async fn end(node: Node, committer: JoinHandle<()>, ordering: Option<Arc<dyn Ordering>>) {
    let ended = tokio::task::spawn_blocking(move || {
        if let Some(ordering) = ordering {
            ordering.stop();
        }
        node.stop();
        let _ = committer.join();
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
    let member = network.genesis.member(&config.member).ok_or(InvalidConfig::NotAMember(config.member))?;
    fs::create_dir_all(&config.data).map_err(file(&config.data))?;
    let mut locks = vec![Lock::acquire(&config.data.join("lock"))?];
    let key = match &config.validator {
        Some(validator) => {
            validator.check()?;
            let key = read_key(&validator.key)?;
            if member.validator != Some(key.public()) {
                return Err(InvalidConfig::OtherKey(config.member).into());
            }
            locks.push(Lock::acquire(&validator.key.with_extension("lock"))?);
            Some((validator, key))
        }
        None => None,
    };

    let store = Store::open(&config.data.join("store"), &network.genesis, config.cache << 20)?;
    let metrics = Metrics::new();
    let (node, outlets) = Node::new(network, store, settings(&config), metrics.clone())?;
    let public = client::plain()?;
    let peers: Vec<_> =
        config.peers.iter().map(|peer| (peer.member, peer.http.trim_end_matches('/').to_owned())).collect();
    let attachments =
        Attachments::open(&config.data.join("attachments"), peers.clone(), public.clone(), config.attachment)?;
    let committing = node.clone();
    let committer = std::thread::Builder::new()
        .name("committer".into())
        .spawn(move || committer::run(&committing, &outlets.finalised))
        .map_err(NodeError::Thread)?;

    let ordering = match start_ordering(&config, &node, key, public.clone()).await {
        Ok(ordering) => ordering,
        Err(error) => {
            end(node, committer, None).await;
            return Err(error);
        }
    };

    let server = Server::new(http::SERVICE).health(health(&node)).metrics(&metrics).limits(limits());
    let stopping = server.shutdown();
    let app = web::Data::new(App {
        node: node.clone(),
        ordering: Arc::clone(&ordering),
        attachments: attachments.clone(),
        member: config.member,
        shutdown: stopping.clone(),
    });
    let routed = app.clone();
    let server = match server
        .start(&config.listen, app, move |routes, listener| http::routes(&routed, routes, listener))
        .await
    {
        Ok(server) => server,
        Err(error) => {
            end(node, committer, Some(ordering)).await;
            return Err(error.into());
        }
    };
    let every = Duration::from_secs(config.compare.max(1));
    let watching = tokio::spawn(watch::compare(node.clone(), peers, public, every, stopping.clone()));
    let certificate =
        server.certificate().map(|status| tokio::spawn(expiry::watch(node.clone(), status, stopping.clone())));
    let replication = tokio::spawn(attachments.replicate(node.clone(), outlets.attachments, stopping.clone()));
    Ok(Running { server, node, ordering, replication, watching, certificate, committer, stopping, _locks: locks })
}

/// The engine on a validator, the follower on an observer.
async fn start_ordering(
    config: &Config,
    node: &Node,
    key: Option<(&config::Validator, SigningKey)>,
    public: reqwest::Client,
) -> Result<Arc<dyn Ordering>, StartError> {
    let Some((validator, key)) = key else {
        let members = config.listen.mutual_tls.as_ref().map(client::mutual_tls).transpose()?;
        let sources = config.peers.iter().filter(|peer| peer.ordering.is_some()).map(|peer| Source {
            http: peer.http.trim_end_matches('/').to_owned(),
            mutual_tls: peer.mutual_tls.as_ref().map(|address| address.trim_end_matches('/').to_owned()),
        });
        return Ok(Arc::new(Follower::start(node.clone(), sources.collect(), public, members)));
    };
    let folder = config.data.join("ordering");
    let height = node.progress().borrow().height;
    guard::check_journal(&config.data.join("store"), &folder.join(engine::JOURNAL), height)?;
    let last = node.store().certified_last()?.map(|(_, certificate)| certificate);
    let engine = engine_config(config, validator, node.genesis(), key, folder, last);
    let machine = node.clone();
    let started = tokio::task::spawn_blocking(move || Engine::start(engine, machine));
    Ok(Arc::new(started.await.map_err(|_| EngineError::Ended)??))
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
        admission_threads: config.admission_threads,
    }
}

fn engine_config(
    config: &Config,
    validator: &config::Validator,
    genesis: &Genesis,
    key: SigningKey,
    folder: PathBuf,
    last: Option<Certificate>,
) -> engine::Config {
    let validators = genesis.members.iter().filter_map(|member| {
        let address = config.peers.iter().find(|peer| peer.member == member.id).and_then(|peer| peer.ordering);
        Some(engine::Validator { key: member.validator?, address })
    });
    engine::Config {
        namespace: namespace(&genesis.hash()),
        validators: validators.collect(),
        key,
        listen: validator.listen,
        folder,
        genesis: Block::new(BlockHeader::first(genesis), Body::join(Vec::new())),
        last,
        leader_timeout: Duration::from_millis(validator.leader_timeout),
        threads: validator.threads,
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
        ("Alarms", |node| {
            let alarms: Vec<_> = node.alarms().into_iter().map(|alarm| alarm.detail).collect();
            if alarms.is_empty() { "none".to_owned() } else { alarms.join("; ") }
        }),
    ] {
        let node = node.clone();
        health.figure(label, move || {
            let value = figure(&node);
            async move { value }
        });
    }
    health
}

fn read_genesis(path: &Path) -> Result<Genesis, StartError> {
    let text = fs::read(path).map_err(file(path))?;
    let genesis: Genesis = serde_json::from_slice(&text)
        .map_err(|error| StartError::GenesisFile { path: path.to_owned(), message: error.to_string() })?;
    genesis.check()?;
    Ok(genesis)
}

fn read_key(path: &Path) -> Result<SigningKey, StartError> {
    let text = Zeroizing::new(fs::read_to_string(path).map_err(file(path))?);
    let mut seed = Zeroizing::new([0; 32]);
    hex::decode_to_slice(text.trim(), seed.as_mut()).map_err(|_| StartError::Key(path.to_owned()))?;
    Ok(SigningKey::from_seed(&seed))
}

fn file(path: &Path) -> impl FnOnce(std::io::Error) -> StartError {
    let path = path.to_owned();
    move |source| StartError::File { path, source }
}
