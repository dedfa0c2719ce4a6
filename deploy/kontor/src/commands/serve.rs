//! `kontor serve`: one service as a process.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use kontor_chassis::process;

use super::runtime;
use crate::consortium::plan::ServiceKind;

/// Runs one service with its configuration until it is told to stop.
#[derive(Debug, Args)]
#[command(after_help = "Example: kontor serve ledger-anchor --config ./network/bank-a/ledger-anchor.toml")]
pub struct Serve {
    /// ledger-anchor, verification, bank-gateway, enterprise-portal, marketplace or supervisor.
    service: ServiceKind,
    /// Its TOML file; `KONTOR_…` variables override it.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Serve {
    /// Runs the service.
    pub fn run(self) -> ExitCode {
        let runtime = match runtime() {
            Ok(runtime) => runtime,
            Err(reason) => {
                eprintln!("kontor: {reason}");
                return ExitCode::FAILURE;
            }
        };
        let (name, path) = (self.service.name(), self.config.as_deref());
        runtime.block_on(async {
            match self.service {
                ServiceKind::LedgerAnchor => process::run(name, path, kontor_ledger_anchor::run).await,
                ServiceKind::Verification => process::run(name, path, kontor_verification::run).await,
                ServiceKind::BankGateway => process::run(name, path, kontor_bank_gateway::run).await,
                ServiceKind::EnterprisePortal => process::run(name, path, kontor_enterprise_portal::run).await,
                ServiceKind::Marketplace => process::run(name, path, kontor_marketplace::run).await,
                ServiceKind::Supervisor => process::run(name, path, kontor_supervisor::run).await,
            }
        })
    }
}
