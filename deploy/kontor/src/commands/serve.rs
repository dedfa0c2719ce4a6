//! `kontor serve`: one service as a process.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use kontor_chassis::process;
use tokio::sync::oneshot;

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
    /// Also stops when standard input ends: whoever started it holds the other end and may be killed.
    #[arg(long)]
    until_input_ends: bool,
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
        let end = input_end(self.until_input_ends);
        runtime.block_on(async {
            match self.service {
                ServiceKind::LedgerAnchor => process::run_until(name, path, kontor_ledger_anchor::run, end).await,
                ServiceKind::Verification => process::run_until(name, path, kontor_verification::run, end).await,
                ServiceKind::BankGateway => process::run_until(name, path, kontor_bank_gateway::run, end).await,
                ServiceKind::EnterprisePortal => {
                    process::run_until(name, path, kontor_enterprise_portal::run, end).await
                }
                ServiceKind::Marketplace => process::run_until(name, path, kontor_marketplace::run, end).await,
                ServiceKind::Supervisor => process::run_until(name, path, kontor_supervisor::run, end).await,
            }
        })
    }
}

/// Comes when standard input ends, if that matters.
async fn input_end(matters: bool) {
    if !matters {
        return std::future::pending().await;
    }
    let (ended, end) = oneshot::channel::<()>();
    // A thread of its own: nothing else could interrupt a read that lasts as long as the process.
    std::thread::spawn(move || {
        // An input that cannot be read has ended too.
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        drop(ended);
    });
    let _ = end.await;
}
