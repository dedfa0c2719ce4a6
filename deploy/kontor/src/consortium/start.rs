//! All services of a network in this process.

use std::{
    net::{Ipv4Addr, TcpListener},
    path::Path,
    time::Duration,
};

use futures::future::BoxFuture;
use kontor_chassis::{config, process::Process};
use serde::de::DeserializeOwned;
use tokio::time::{Instant, sleep};

use super::{
    ConsortiumError, create,
    lock::Lock,
    manifest::{FILE, Manifest, ServiceEntry},
    plan::{DEFAULT_BASE, PORTS, ServiceKind},
    ready,
};

/// How long services that are left over from a killed network may keep its ports.
const LEFTOVERS: Duration = Duration::from_secs(5);

/// A running network; dropping it does not stop it, [`Running::stop`] does.
pub struct Running {
    /// What runs and where.
    pub manifest: Manifest,
    services: Vec<BoxFuture<'static, ()>>,
    _lock: Lock,
}

impl Running {
    /// Ends all services, those first that others do not need.
    pub async fn stop(self) {
        for stop in self.services.into_iter().rev() {
            stop.await;
        }
    }
}

/// Takes the folder: creates a network there if it is missing or empty, else reads it. `base` is for creation; a
/// network keeps its ports.
///
/// # Errors
/// [`ConsortiumError`].
pub async fn prepare(folder: &Path, base: Option<u16>) -> Result<(Manifest, Lock), ConsortiumError> {
    let lock = Lock::take(folder)?;
    if folder.join(FILE).exists() {
        let manifest = Manifest::read(folder)?;
        let lowest = manifest.services.iter().filter_map(|entry| port(&entry.public)).min();
        let (base, since) = (lowest.unwrap_or(DEFAULT_BASE), Instant::now());
        // Services whose starter was killed end by themselves, but not at once.
        while check_ports(base).is_err() && since.elapsed() < LEFTOVERS {
            sleep(Duration::from_millis(100)).await;
        }
        check_ports(base)?;
        return Ok((manifest, lock));
    }
    // Before creation, because a network keeps the ports that it was created with.
    let base = base.unwrap_or(DEFAULT_BASE);
    create::vacant(folder)?;
    check_ports(base)?;
    Ok((create::create(folder, base)?, lock))
}

/// Starts every service in this process and waits until all are ready.
///
/// # Errors
/// [`ConsortiumError`]; what had started by then is stopped again.
pub async fn start(folder: &Path, base: Option<u16>) -> Result<Running, ConsortiumError> {
    let (manifest, lock) = prepare(folder, base).await?;
    let mut running = Running { manifest, services: Vec::new(), _lock: lock };
    for entry in running.manifest.services.clone() {
        match start_one(&entry).await {
            Ok(stop) => running.services.push(stop),
            Err(error) => {
                running.stop().await;
                return Err(error);
            }
        }
    }
    match all_ready(&running.manifest).await {
        Ok(()) => Ok(running),
        Err(error) => {
            running.stop().await;
            Err(error)
        }
    }
}

async fn all_ready(manifest: &Manifest) -> Result<(), ConsortiumError> {
    let (http, deadline) = (ready::client()?, ready::deadline());
    for entry in &manifest.services {
        ready::wait(&http, entry, deadline, || None).await?;
    }
    Ok(())
}

async fn start_one(entry: &ServiceEntry) -> Result<BoxFuture<'static, ()>, ConsortiumError> {
    let config = &entry.config;
    match entry.service {
        ServiceKind::LedgerAnchor => launch(config, kontor_ledger_anchor::run).await,
        ServiceKind::Verification => launch(config, kontor_verification::run).await,
        ServiceKind::BankGateway => launch(config, kontor_bank_gateway::run).await,
        ServiceKind::EnterprisePortal => launch(config, kontor_enterprise_portal::run).await,
        ServiceKind::Marketplace => launch(config, kontor_marketplace::run).await,
        ServiceKind::Supervisor => launch(config, kontor_supervisor::run).await,
    }
}

async fn launch<C, P, E, F>(path: &Path, run: impl FnOnce(C) -> F) -> Result<BoxFuture<'static, ()>, ConsortiumError>
where
    C: DeserializeOwned,
    P: Process + Send + 'static,
    E: std::fmt::Display,
    F: Future<Output = Result<P, E>>,
{
    let config = config::load(Some(path)).map_err(|error| ConsortiumError::Start(error.to_string()))?;
    let running = run(config).await.map_err(|error| ConsortiumError::Start(error.to_string()))?;
    Ok(Box::pin(async move { running.stop().await }))
}

/// That every port is free, before anything starts.
fn check_ports(base: u16) -> Result<(), ConsortiumError> {
    for unit in super::plan::units(base)? {
        for port in unit.ports() {
            if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_err() {
                return Err(ConsortiumError::PortTaken { port, host: "127.0.0.1" });
            }
        }
    }
    Ok(())
}

fn port(url: &str) -> Option<u16> {
    url.rsplit(':').next()?.parse().ok()
}

/// A base from which all ports are free now, for networks that live only for a while.
///
/// # Errors
/// [`ConsortiumError::Base`] if none was found.
pub fn free_base() -> Result<u16, ConsortiumError> {
    use rand::RngExt as _;
    for _ in 0..200 {
        let base = rand::rng().random_range(10_000..30_000);
        let free = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok();
        if (base..base + PORTS).all(free) {
            return Ok(base);
        }
    }
    Err(ConsortiumError::Base)
}
