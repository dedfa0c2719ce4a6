//! Wires store, clients, routes and jobs together.

use std::{collections::BTreeSet, net::SocketAddr};

use actix_web::web::Data;
use kontor_chassis::{
    client,
    database::Database,
    outbox,
    process::Process,
    server::{self, Server, Service},
};
use kontor_ledger::{genesis::Genesis, member::MemberId};

use crate::{config::Config, error::RunError, http, jobs, state::Marketplace, store};

/// The API, as served and as checked.
pub const OPENAPI: &str = include_str!("../../../api-spec/marketplace.json");

const SERVICE: Service = Service {
    name: "marketplace",
    title: "Kontor marketplace",
    about: "Banks publish products; financing requests without a chosen bank are matched and pushed to those that fit.",
    openapi: OPENAPI,
};

/// A marketplace that is running.
pub struct Running {
    /// Where people reach it.
    pub http: SocketAddr,
    /// Where members' services reach it.
    pub mutual_tls: Option<SocketAddr>,
    server: server::Running,
    outbox: outbox::Worker,
}

impl Running {
    /// Finishes what is under way and ends.
    pub async fn stop(self) {
        self.server.stop().await;
        self.outbox.stop().await;
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

/// Starts a marketplace.
///
/// # Errors
/// [`RunError`], in one line.
pub async fn run(config: Config) -> Result<Running, RunError> {
    let identity = config.listen.mutual_tls.as_ref().ok_or(RunError::NoMutualTls)?;
    let clients = client::mutual_tls(identity)?;
    let banks = banks(&config)?;
    let database = Database::open(&config.database, store::MIGRATIONS).await?;
    let market = Marketplace { database: database.clone(), operator: config.member, banks };
    let server =
        Server::new(SERVICE).database(&database).start(&config.listen, Data::new(market), http::routes).await?;
    let outbox = outbox::Worker::start(database, jobs::leads::handlers(clients, config.gateways));
    Ok(Running { http: server.http, mutual_tls: server.mutual_tls, server, outbox })
}

fn banks(config: &Config) -> Result<BTreeSet<MemberId>, RunError> {
    let failed = |reason: String| RunError::Genesis { path: config.genesis.display().to_string(), reason };
    let text = std::fs::read_to_string(&config.genesis).map_err(|error| failed(error.to_string()))?;
    let genesis: Genesis = serde_json::from_str(&text).map_err(|error| failed(error.to_string()))?;
    genesis.check().map_err(|error| failed(error.to_string()))?;
    Ok(genesis.banks().map(|bank| bank.id).collect())
}
