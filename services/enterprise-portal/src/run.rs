//! Wires store, clients, routes and jobs together.

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use actix_web::web::Data;
use kontor_chassis::{
    accounts::Passwords,
    auth::Sessions,
    client,
    database::{Database, OpenError},
    mail::{MailError, Mailer},
    outbox::{Handlers, Worker},
    process::Process,
    server::{self, Server, Service, StartError},
    tls::TlsError,
};
use kontor_ledger::{
    client::{Following, LedgerClient, Members},
    genesis::Genesis,
    member::MemberId,
};
use kontor_sealing::{SigningKey, keys::PartySeed};
use zeroize::Zeroizing;

use crate::{changes::Changes, config::Config, http, jobs, ledger::Nodes, state::Portal, store};

/// The API, as served and as checked.
pub const OPENAPI: &str = include_str!("../../../api-spec/enterprise-portal.json");

const NAME: &str = "enterprise-portal";

const SERVICE: Service = Service {
    name: NAME,
    title: "Kontor enterprise portal",
    about: "Enterprises keep and share sealed documents here, relay signed records to the ledger and ask banks for \
            financing. It stores ciphertext only.",
    openapi: OPENAPI,
};

/// Why it does not start; one line.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// No listener for banks, and no identity to reach them with.
    #[error("enterprise-portal: listen.mutual_tls is missing: banks and the ledger are reached by it")]
    NoMutualTls,
    /// The genesis or the seed cannot be used.
    #[error("enterprise-portal: cannot use {path}: {reason}")]
    File {
        /// The file.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// The seed is not the operator's of this network.
    #[error("enterprise-portal: neither the genesis nor the ledger lists {0} with the key of this seed")]
    NotTheOperator(MemberId),
    /// The database cannot be used.
    #[error("enterprise-portal: {0}")]
    Database(#[from] OpenError),
    /// The certificate cannot be used.
    #[error("enterprise-portal: {0}")]
    Tls(#[from] TlsError),
    /// Mail cannot be set up.
    #[error("enterprise-portal: {0}")]
    Mail(#[from] MailError),
    /// It cannot listen.
    #[error(transparent)]
    Start(#[from] StartError),
}

/// A portal that is running.
pub struct Running {
    /// Where people reach it.
    pub http: SocketAddr,
    /// Where members' services reach it.
    pub mutual_tls: Option<SocketAddr>,
    server: server::Running,
    outbox: Worker,
    follower: jobs::follower::Follower,
    following: Following,
}

impl Running {
    /// Finishes what is under way and ends.
    pub async fn stop(self) {
        self.server.stop().await;
        self.outbox.stop().await;
        self.follower.stop().await;
        self.following.stop().await;
    }
}

impl Process for Running {
    fn http(&self) -> SocketAddr {
        self.http
    }

    async fn stop(self) {
        Self::stop(self).await;
    }
}

/// Starts a portal.
///
/// # Errors
/// [`RunError`], in one line.
pub async fn run(config: Config) -> Result<Running, RunError> {
    let identity = config.listen.mutual_tls.as_ref().ok_or(RunError::NoMutualTls)?;
    let clients = client::mutual_tls(identity)?;
    let genesis = genesis(&config.genesis)?;
    let key = seed(&config.seed)?;
    let (network, reads) = (genesis.hash(), client::members_and_public(identity)?);
    let asked = LedgerClient::new(reads.clone(), config.ledger.clone(), network);
    let (members, following) = Members::follow(&genesis, asked);
    if !members.lists(&config.member, |member| member.identity == key.public()).await {
        return Err(RunError::NotTheOperator(config.member));
    }
    let mailer = config.mail.as_ref().map(Mailer::new).transpose()?;
    let ledger = Nodes::new(config.ledger, reads, network, config.member, key);
    let database = Database::open(&config.database, store::MIGRATIONS).await?;
    let portal = Data::new(Portal {
        database: database.clone(),
        network,
        members,
        sponsor: config.member,
        ledger: Arc::new(ledger),
        changes: Changes::default(),
        passwords: Passwords::new(),
        patience: Duration::from_millis(u64::from(config.patience_ms)),
    });
    let server = Server::new(SERVICE)
        .database(&database)
        .sessions(Sessions::new(NAME, database.clone(), config.sessions))
        .start(&config.listen, portal.clone(), http::routes)
        .await?;
    let handlers = jobs::gateway::add(Handlers::new(), clients.clone(), config.gateways);
    let handlers = jobs::marketplace::add(handlers, portal.clone(), clients, config.marketplace);
    let handlers = jobs::notices::add(handlers, portal.clone(), mailer);
    let handlers = jobs::attachments::add(handlers, portal.clone());
    let handlers = jobs::records::add(handlers, portal.clone());
    let outbox = Worker::start(database, handlers);
    let follower = jobs::follower::Follower::start(portal);
    Ok(Running { http: server.http, mutual_tls: server.mutual_tls, server, outbox, follower, following })
}

fn genesis(path: &Path) -> Result<Genesis, RunError> {
    let failed = |reason: String| RunError::File { path: path.display().to_string(), reason };
    let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    let genesis: Genesis = serde_json::from_str(&text).map_err(|error| failed(error.to_string()))?;
    genesis.check().map_err(|error| failed(error.to_string()))?;
    Ok(genesis)
}

/// The identity key of the seed in a file of 64 hexadecimal digits.
fn seed(path: &Path) -> Result<SigningKey, RunError> {
    let failed = |reason: String| RunError::File { path: path.display().to_string(), reason };
    let text = Zeroizing::new(std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?);
    let mut bytes = Zeroizing::new([0; 32]);
    hex::decode_to_slice(text.trim(), bytes.as_mut())
        .map_err(|_| failed("expected 64 hexadecimal digits".to_owned()))?;
    Ok(PartySeed::from_bytes(&bytes).identity())
}
