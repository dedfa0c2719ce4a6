//! A bank's gateway: attests enterprises, reads what it was granted, checks, claims on the ledger, offers and pays.
//!
//! | Room | Holds |
//! |---|---|
//! | [`config`] | its configuration |
//! | `http` | one file for each endpoint |
//! | [`app`] | use cases, each a named transaction |
//! | [`domain`] | decisions without I/O |
//! | [`store`] | queries |
//! | `jobs` | deliveries |
//!
//! ```no_run
//! # async fn start(config: kontor_bank_gateway::config::Config) -> Result<(), kontor_bank_gateway::StartError> {
//! let running = kontor_bank_gateway::run(config).await?;
//! println!("http://{}", running.http);
//! running.stop().await;
//! # Ok(())
//! # }
//! ```

pub mod app;
pub mod config;
pub mod domain;
mod http;
mod jobs;
pub mod store;

use std::{net::SocketAddr, sync::Arc};

use actix_web::web;
use kontor_chassis::{
    auth::Sessions,
    client,
    database::{Database, OpenError},
    outbox::Worker,
    people::{self, PeopleError},
    process::Process,
    server::{self, Server, Service},
    tls::TlsError,
};
use kontor_ledger::client::{Following, LedgerClient, Members};

use app::{
    Addresses, Gateway,
    bank::{Bank, BankError},
};
pub use config::Config;

/// What the service is.
const SERVICE: Service = Service {
    name: "bank-gateway",
    title: "Bank gateway",
    about: "A bank's side of trade finance: attests enterprises, reads what it was granted, checks, claims on the \
            consortium's ledger, offers and pays.",
    openapi: include_str!("../../../api-spec/bank-gateway.json"),
};

/// Why the gateway did not start; one line.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Keys, genesis, account or membership.
    #[error(transparent)]
    Bank(#[from] BankError),
    /// The database.
    #[error(transparent)]
    Database(#[from] OpenError),
    /// The certificate for calls to others.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The accounts of staff.
    #[error(transparent)]
    People(#[from] PeopleError),
    /// The listeners.
    #[error(transparent)]
    Server(#[from] server::StartError),
}

/// A gateway that serves.
pub struct Running {
    /// Where staff reach it.
    pub http: SocketAddr,
    /// Where the operator's services reach it.
    pub mutual_tls: Option<SocketAddr>,
    server: server::Running,
    worker: Worker,
    following: Following,
}

impl Running {
    /// Finishes what is under way and ends.
    pub async fn stop(self) {
        self.server.stop().await;
        self.worker.stop().await;
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

/// Wires database, keys, clients, routes and jobs, and starts serving.
///
/// # Errors
/// [`StartError`], in one line.
pub async fn run(config: Config) -> Result<Running, StartError> {
    let bank = Arc::new(Bank::load(&config)?);
    let (http, reads) = match &config.listen.mutual_tls {
        Some(identity) => (client::mutual_tls(identity)?, client::members_and_public(identity)?),
        None => (client::plain()?, client::plain()?),
    };
    let ledger = |reads| LedgerClient::new(reads, config.ledger.clone(), bank.network);
    let (members, following) = Members::follow(&bank.genesis, ledger(reads.clone()));
    bank.require_member(&members).await?;
    let database = Database::open(&config.database, store::migrations()).await?;
    people::admit(&database, &config.people).await?;
    let gateway = Arc::new(Gateway {
        ledger: ledger(reads),
        members,
        addresses: addresses(&config),
        database: database.clone(),
        bank,
        http,
    });
    let sessions = Sessions::new(SERVICE.name, database.clone(), config.sessions.clone());
    let state = web::Data::new(gateway.clone());
    let server =
        Server::new(SERVICE).database(&database).sessions(sessions).start(&config.listen, state, http::routes).await?;
    let worker = Worker::start(database, jobs::handlers(gateway));
    Ok(Running { http: server.http, mutual_tls: server.mutual_tls, server, worker, following })
}

fn addresses(config: &Config) -> Addresses {
    let base = |url: &str| url.trim_end_matches('/').to_owned();
    Addresses {
        evaluators: config.evaluators.iter().map(|one| (one.member, base(&one.url))).collect(),
        verification: base(&config.verification),
        portal: base(&config.portal),
        marketplace: base(&config.marketplace),
    }
}
