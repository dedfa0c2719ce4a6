//! `kontor up`: the whole network on this machine.

use std::{
    convert::Infallible,
    path::{Path, PathBuf},
};

use clap::Args;
use kontor_chassis::{
    Shutdown,
    telemetry::{self, TelemetryConfig},
};

use super::{runtime, say};
use crate::consortium::{
    manifest::{FILE, Manifest},
    plan::{DEFAULT_BASE, ServiceKind},
    processes::Processes,
    start,
};

/// Starts four banks, a regulator, the portal and the marketplace; continues where it was. Ctrl-C stops it.
#[derive(Debug, Args)]
#[command(after_help = "Example: kontor up --data ./network --processes")]
pub struct Up {
    /// Where everything is kept [default: the user's data folder].
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// First of the 60 ports that a new network takes [default: 7400].
    #[arg(long, value_name = "N")]
    port: Option<u16>,
    /// Runs every service as a process of its own.
    #[arg(long)]
    processes: bool,
    /// Prints the manifest as JSON once everything runs.
    #[arg(long)]
    json: bool,
}

impl Up {
    /// Runs the call until it is told to stop.
    pub fn run(self) -> Result<(), String> {
        let folder = data_folder(self.data.clone())?;
        if let (true, Some(port)) = (folder.join(FILE).exists(), self.port) {
            let kept = Manifest::read(&folder).map_err(|error| error.to_string())?;
            let base = kept.services.first().map(|entry| entry.public.clone()).unwrap_or_default();
            if !base.ends_with(&format!(":{port}")) {
                return Err(format!("the network in {} keeps its ports ({base} and up)", folder.display()));
            }
        }
        runtime()?.block_on(if self.processes {
            futures::future::Either::Left(self.separate(&folder))
        } else {
            futures::future::Either::Right(self.together(&folder))
        })
    }

    async fn together(&self, folder: &Path) -> Result<(), String> {
        let quiet = TelemetryConfig { filter: Some("warn".to_owned()), ..TelemetryConfig::default() };
        let _telemetry = telemetry::init("kontor", &quiet).map_err(|error| error.to_string())?;
        let running =
            start::start(folder, self.port.or(Some(DEFAULT_BASE))).await.map_err(|error| error.to_string())?;
        self.announce(&running.manifest, folder)?;
        let signal = Shutdown::on_signal().await;
        running.stop().await;
        signal.map_err(|error| format!("cannot listen for signals: {error}"))
    }

    async fn separate(&self, folder: &Path) -> Result<(), String> {
        let program = std::env::current_exe().map_err(|error| format!("cannot find this program: {error}"))?;
        let mut running = Processes::launch(program, folder, self.port).await.map_err(|error| error.to_string())?;
        let outcome = tokio::select! {
            signal = Shutdown::on_signal() => signal.map_err(|error| format!("cannot listen for signals: {error}")),
            Err(reason) = self.watch(&mut running, folder) => Err(reason),
        };
        running.stop().await;
        outcome
    }

    /// Announces the network once it is ready, and returns only when a service has failed.
    async fn watch(&self, running: &mut Processes, folder: &Path) -> Result<Infallible, String> {
        running.ready().await.map_err(|error| error.to_string())?;
        self.announce(&running.manifest, folder)?;
        Err(format!("{}; its log is in its folder", running.first_to_end().await))
    }

    fn announce(&self, manifest: &Manifest, folder: &Path) -> Result<(), String> {
        if self.json {
            say(serde_json::to_string(manifest).map_err(|error| error.to_string())?);
            return Ok(());
        }
        say("");
        for entry in &manifest.services {
            say(format_args!("  {:<18} {:<11} {}", title(entry.service), entry.party, entry.address));
        }
        say("\nSign in:");
        for person in &manifest.people {
            let at = manifest.service(person.service, &person.party).map(|entry| entry.address.as_str());
            let (login, at) = (&person.login, at.unwrap_or_default());
            say(format_args!("  {login:<7} {at:<34} password in {}", person.password_file.display()));
        }
        say(format_args!("\nEverything is kept in {}. Ctrl-C stops the network.", folder.display()));
        Ok(())
    }
}

const fn title(service: ServiceKind) -> &'static str {
    match service {
        ServiceKind::LedgerAnchor => "Ledger node",
        ServiceKind::Verification => "Verification",
        ServiceKind::BankGateway => "Bank gateway",
        ServiceKind::EnterprisePortal => "Enterprise portal",
        ServiceKind::Marketplace => "Marketplace",
        ServiceKind::Supervisor => "Supervisor",
    }
}

/// The named folder, or the user's own.
pub(super) fn data_folder(named: Option<PathBuf>) -> Result<PathBuf, String> {
    let of = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let found = named.or_else(|| of("XDG_DATA_HOME").map(|data| data.join("kontor")));
    let found = found.or_else(|| of("HOME").map(|home| home.join(".local/share/kontor")));
    found.ok_or_else(|| "name a folder with --data: there is no home folder".to_owned())
}
