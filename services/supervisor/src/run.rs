//! Wires the supervisor and starts it.

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use actix_web::web;
use kontor_chassis::{
    Shutdown,
    auth::{SessionPolicy, Sessions},
    client,
    database::{Database, Migrations, OpenError},
    health::Health,
    outbox::{Handlers, Worker},
    people::{self, PeopleError},
    process::Process,
    server::{self, Server, Service, StartError},
    tls::TlsError,
};
use kontor_ledger::{
    client::{LedgerClient, Members},
    genesis::Genesis,
    member::MemberId,
};
use kontor_sealing::PartySeed;
use tokio::task::JoinHandle;
use zeroize::Zeroizing;

use crate::{
    Supervisor,
    config::Config,
    http,
    jobs::{follow, shares, submission},
    store::market,
};

const SERVICE: Service = Service {
    name: "supervisor",
    title: "Supervisor",
    about: "The regulator's view of the market: aggregates without opening anything, and documents read under a \
            recorded case.",
    openapi: include_str!("../../../api-spec/supervisor.json"),
};

const MIGRATIONS: Migrations = Migrations {
    sqlite: diesel_migrations::embed_migrations!("migrations/sqlite"),
    postgres: diesel_migrations::embed_migrations!("migrations/postgres"),
};

/// Why the supervisor could not start; one line.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A file cannot be read or does not hold what it should.
    #[error("supervisor cannot use {}: {message}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// The configured member is no member, or the seed is another's.
    #[error("supervisor: neither the genesis nor the ledger lists {0} with the key of this seed")]
    Member(MemberId),
    /// It needs a TLS identity towards nodes and evaluators.
    #[error("supervisor: listen.mutual_tls is needed to reach nodes and evaluators")]
    NoIdentity,
    /// The TLS identity is unusable.
    #[error("supervisor cannot use its TLS identity: {0}")]
    Tls(#[from] TlsError),
    /// The database is unusable.
    #[error("supervisor: {0}")]
    Database(#[from] OpenError),
    /// An officer's account could not be made.
    #[error("supervisor: {0}")]
    People(#[from] PeopleError),
    /// It cannot listen.
    #[error(transparent)]
    Start(#[from] StartError),
}

/// A running supervisor.
pub struct Running {
    server: server::Running,
    worker: Worker,
    follower: JoinHandle<()>,
    shutdown: Shutdown,
}

impl Running {
    /// Where officers reach it.
    pub const fn http(&self) -> SocketAddr {
        self.server.http
    }

    /// Ends requests and jobs.
    pub async fn stop(self) {
        self.shutdown.trigger();
        self.server.stop().await;
        self.worker.stop().await;
        // A follower that failed has said so in the log.
        let _ = self.follower.await;
    }
}

impl Process for Running {
    fn http(&self) -> SocketAddr {
        self.server.http
    }

    fn stop(self) -> impl Future<Output = ()> + Send {
        Self::stop(self)
    }
}

/// Starts the supervisor.
///
/// # Errors
/// [`RunError`], before anything listens.
pub async fn run(config: Config) -> Result<Running, RunError> {
    let genesis: Genesis = read(&config.genesis, |text| serde_json::from_str(text).map_err(|error| error.to_string()))?;
    let seed = read(&config.seed, party_seed)?;
    let sponsor = seed.identity();
    let identity = config.listen.mutual_tls.as_ref().ok_or(RunError::NoIdentity)?;
    let (reads, network) = (client::members_and_public(identity)?, genesis.hash());
    let ledger = || LedgerClient::new(reads.clone(), config.ledger.clone(), network);
    // Officers, not members, speak to the supervisor: only its own membership matters, and only now.
    let (members, following) = Members::follow(&genesis, ledger());
    if !members.lists(&config.member, |member| member.identity == sponsor.public()).await {
        return Err(RunError::Member(config.member));
    }
    following.stop().await;
    let database = Database::open(&config.database, MIGRATIONS).await?;
    people::admit(&database, &config.people).await?;
    let sessions = Sessions::new(SERVICE.name, database.clone(), SessionPolicy::default());
    let supervisor = Arc::new(Supervisor {
        http: client::mutual_tls(identity)?,
        evaluators: config.evaluators,
        member: config.member,
        database: database.clone(),
        genesis,
        sponsor,
        ledger: ledger(),
    });
    let server = Server::new(SERVICE).health(figures(&supervisor)).database(&database).sessions(sessions);
    let shutdown = server.shutdown();
    let server = server.start(&config.listen, web::Data::from(supervisor.clone()), http::routes).await?;
    let worker = Worker::start(database, handlers(&supervisor));
    let follower = follow::start(supervisor, shutdown.clone());
    Ok(Running { server, worker, follower, shutdown })
}

fn handlers(supervisor: &Arc<Supervisor>) -> Handlers {
    let (for_submission, for_shares) = (supervisor.clone(), supervisor.clone());
    Handlers::new()
        .on(submission::KIND, move |delivery| {
            let supervisor = for_submission.clone();
            async move { submission::deliver(&supervisor, delivery).await }
        })
        .on(shares::KIND, move |delivery| {
            let supervisor = for_shares.clone();
            async move { shares::deliver(&supervisor, delivery).await }
        })
}

/// What the front page says of how it is doing.
fn figures(supervisor: &Arc<Supervisor>) -> Health {
    let health = Health::new();
    let followed = supervisor.clone();
    health.figure("Records followed", move || {
        let supervisor = followed.clone();
        async move {
            let next = supervisor.database.read(market::next_position).await;
            next.map_or_else(|_| "–".to_owned(), |next| next.to_string())
        }
    });
    health
}

fn read<T>(path: &std::path::Path, parse: impl FnOnce(&str) -> Result<T, String>) -> Result<T, RunError> {
    let failed = |message| RunError::File { path: path.to_owned(), message };
    let text = std::fs::read_to_string(path).map(Zeroizing::new).map_err(|error| failed(error.to_string()))?;
    parse(&text).map_err(failed)
}

fn party_seed(text: &str) -> Result<PartySeed, String> {
    let mut bytes = Zeroizing::new([0; 32]);
    hex::decode_to_slice(text.trim(), bytes.as_mut()).map_err(|_| "expected 64 hexadecimal digits".to_owned())?;
    Ok(PartySeed::from_bytes(&bytes))
}
