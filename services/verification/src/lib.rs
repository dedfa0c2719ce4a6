//! A bank's verification service: fingerprint evaluation and cross-checks, without ever seeing a plaintext field.
//!
//! | Room | Holds |
//! |---|---|
//! | [`config`] | its configuration |
//! | `http` | one file for each endpoint |
//! | [`app`] | use cases |
//! | [`domain`] | the checks, as functions of what the ledger says |
//! | [`store`] | counts |
//!
//! ```no_run
//! # async fn start(config: kontor_verification::config::Config) -> Result<(), kontor_verification::StartError> {
//! let running = kontor_verification::run(config).await?;
//! println!("http://{}", running.http);
//! running.stop().await;
//! # Ok(())
//! # }
//! ```

pub mod app;
pub mod config;
pub mod domain;
mod http;
pub mod store;

use std::{net::SocketAddr, sync::Arc};

use actix_web::web;
use kontor_chassis::{
    client,
    database::{Database, OpenError},
    process::Process,
    rate::Limiter,
    server::{self, Server, Service},
    tls::TlsError,
};
use kontor_ledger::client::{Following, LedgerClient, Members};

use app::{
    Verification,
    keys::{Keys, KeysError},
};
pub use config::Config;

/// What the service is.
const SERVICE: Service = Service {
    name: "verification",
    title: "Verification",
    about: "A bank's fingerprint evaluator and cross-checks: what the consortium's ledger says about a document, \
            without seeing a plaintext field.",
    openapi: include_str!("../../../api-spec/verification.json"),
};

/// Why the service did not start; one line.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Keys, shares, genesis or membership.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The database.
    #[error(transparent)]
    Database(#[from] OpenError),
    /// The certificate for calls to the node.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The listeners.
    #[error(transparent)]
    Server(#[from] server::StartError),
}

/// A service that serves.
pub struct Running {
    /// Pages, health and metrics.
    pub http: SocketAddr,
    /// Everything else, for members' services.
    pub mutual_tls: Option<SocketAddr>,
    server: server::Running,
    following: Following,
}

impl Running {
    /// Finishes what is under way and ends.
    pub async fn stop(self) {
        self.server.stop().await;
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

/// Wires database, keys, client and routes, and starts serving.
///
/// # Errors
/// [`StartError`], in one line.
pub async fn run(config: Config) -> Result<Running, StartError> {
    let keys = Arc::new(Keys::load(&config)?);
    let http = match &config.listen.mutual_tls {
        Some(identity) => client::members_and_public(identity)?,
        None => client::plain()?,
    };
    let ledger = |http| LedgerClient::new(http, config.ledger.clone(), keys.network);
    let (members, following) = Members::follow(&keys.genesis, ledger(http.clone()));
    keys.require_member(&members).await?;
    let database = Database::open(&config.database, store::migrations()).await?;
    let service = Arc::new(Verification {
        ledger: ledger(http),
        members,
        evaluations: Limiter::new(config.evaluations),
        database: database.clone(),
        keys,
    });
    let server =
        Server::new(SERVICE).database(&database).start(&config.listen, web::Data::new(service), http::routes).await?;
    Ok(Running { http: server.http, mutual_tls: server.mutual_tls, server, following })
}
