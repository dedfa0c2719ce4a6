//! Wires store, clients, routes and jobs together.

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use actix_web::web::Data;
use kontor_chassis::{
    client,
    database::Database,
    metrics::Metrics,
    outbox,
    process::Process,
    server::{self, Server, Service},
};
use kontor_ledger::{
    client::{Following, LedgerClient, Members},
    genesis::Genesis,
};
use kontor_sealing::{PartySeed, SigningKey};
use tokio::task::JoinHandle;
use zeroize::Zeroizing;

use crate::{
    app::issuer::{Issuer, Parts, RECORD},
    config::{Authority, Config},
    error::RunError,
    http, jobs,
    state::Marketplace,
    store,
};

/// The API, as served and as checked.
pub const OPENAPI: &str = include_str!("../../../api-spec/marketplace.json");

const SERVICE: Service = Service {
    name: "marketplace",
    title: "Kontor marketplace",
    about: "Banks publish products; financing requests without a chosen bank are matched and pushed to those that fit. \
            It issues the network's certificates.",
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
    authority: Option<JoinHandle<()>>,
    following: Following,
}

impl Running {
    /// Finishes what is under way and ends.
    pub async fn stop(self) {
        self.server.stop().await;
        self.outbox.stop().await;
        if let Some(authority) = self.authority {
            // A job that failed has said so in the log.
            let _ = authority.await;
        }
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

/// Starts a marketplace.
///
/// # Errors
/// [`RunError`], in one line.
pub async fn run(config: Config) -> Result<Running, RunError> {
    let identity = config.listen.mutual_tls.as_ref().ok_or(RunError::NoMutualTls)?;
    let clients = client::mutual_tls(identity)?;
    let genesis = genesis(&config)?;
    let nodes = config.nodes().to_vec();
    let ledger = LedgerClient::new(client::members_and_public(identity)?, nodes, genesis.hash());
    let (members, following) = Members::follow(&genesis, ledger);
    let issuer = match &config.authority {
        Some(authority) => Some(issuer(&config, authority, &genesis, &members).await?),
        None => None,
    };
    let database = Database::open(&config.database, store::MIGRATIONS).await?;
    let market = Marketplace { database: database.clone(), operator: config.member, members, issuer: issuer.clone() };
    let metrics = Metrics::new();
    let server = Server::new(SERVICE).database(&database).metrics(&metrics);
    let shutdown = server.shutdown();
    let server = server.start(&config.listen, Data::new(market), http::routes).await?;
    let mut handlers = jobs::leads::handlers(clients, config.gateways);
    let mut authority = None;
    if let (Some(issuer), Some(settings)) = (issuer, config.authority) {
        let every = Duration::from_secs(settings.every.max(1));
        authority = Some(jobs::authority::start(Arc::clone(&issuer), database.clone(), metrics, every, shutdown));
        let records = database.clone();
        handlers = handlers.on(RECORD, move |delivery| {
            let (issuer, database) = (Arc::clone(&issuer), records.clone());
            async move { jobs::records::deliver(&issuer, &database, delivery).await }
        });
    }
    let outbox = outbox::Worker::start(database, handlers);
    Ok(Running { http: server.http, mutual_tls: server.mutual_tls, server, outbox, authority, following })
}

async fn issuer(
    config: &Config,
    authority: &Authority,
    genesis: &Genesis,
    members: &Members,
) -> Result<Arc<Issuer>, RunError> {
    let identity = config.listen.mutual_tls.as_ref().ok_or(RunError::NoMutualTls)?;
    let key = SigningKey::from_seed(&*secret(&authority.key)?);
    if genesis.authority != Some(key.public()) {
        return Err(RunError::OtherAuthority);
    }
    let sponsor = PartySeed::from_bytes(&*secret(&authority.seed)?).identity();
    if !members.lists(&config.member, |member| member.identity == sponsor.public()).await {
        return Err(RunError::OtherSeed(config.member));
    }
    let ledger = LedgerClient::new(client::members_and_public(identity)?, authority.ledger.clone(), genesis.hash());
    Ok(Arc::new(Issuer::open(Parts {
        folder: authority.folder.clone(),
        key,
        sponsor,
        operator: config.member,
        ledger,
        lifetime: authority.lifetime,
        list_lifetime: authority.list_lifetime,
    })?))
}

fn secret(path: &Path) -> Result<Zeroizing<[u8; 32]>, RunError> {
    let unusable = || RunError::Key(path.to_owned());
    let text = Zeroizing::new(std::fs::read_to_string(path).map_err(|_| unusable())?);
    let mut bytes = Zeroizing::new([0; 32]);
    hex::decode_to_slice(text.trim(), bytes.as_mut()).map_err(|_| unusable())?;
    Ok(bytes)
}

fn genesis(config: &Config) -> Result<Genesis, RunError> {
    let failed = |reason: String| RunError::Genesis { path: config.genesis.display().to_string(), reason };
    let text = std::fs::read_to_string(&config.genesis).map_err(|error| failed(error.to_string()))?;
    let genesis: Genesis = serde_json::from_str(&text).map_err(|error| failed(error.to_string()))?;
    genesis.check().map_err(|error| failed(error.to_string()))?;
    Ok(genesis)
}
