//! All services of a network in this process.

use std::{
    net::{Ipv4Addr, TcpListener},
    path::Path,
};

use futures::future::BoxFuture;
use kontor_chassis::{config, process::Process};
use serde::de::DeserializeOwned;

use super::{
    ConsortiumError, create,
    lock::Lock,
    manifest::{FILE, Manifest, ServiceEntry},
    plan::{DEFAULT_BASE, PORTS, ServiceKind},
};

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
pub fn prepare(folder: &Path, base: Option<u16>) -> Result<(Manifest, Lock), ConsortiumError> {
    std::fs::create_dir_all(folder).map_err(super::file(folder))?;
    let lock = Lock::take(folder)?;
    let manifest = if folder.join(FILE).exists() {
        Manifest::read(folder)?
    } else {
        create::create(folder, base.unwrap_or(DEFAULT_BASE))?
    };
    check_ports(&manifest)?;
    Ok((manifest, lock))
}

/// Starts every service in this process.
///
/// # Errors
/// [`ConsortiumError`]; what had started by then is stopped again.
pub async fn start(folder: &Path, base: Option<u16>) -> Result<Running, ConsortiumError> {
    let (manifest, lock) = prepare(folder, base)?;
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
    Ok(running)
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
fn check_ports(manifest: &Manifest) -> Result<(), ConsortiumError> {
    let lowest = manifest.services.iter().filter_map(|entry| port(&entry.public)).min().unwrap_or(DEFAULT_BASE);
    for unit in super::plan::units(lowest)? {
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
