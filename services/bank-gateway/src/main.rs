//! Runs a bank's gateway with the configuration file named as its argument.

use std::{path::PathBuf, process::ExitCode};

#[tokio::main]
async fn main() -> ExitCode {
    let path = std::env::args_os().nth(1).map(PathBuf::from);
    kontor_chassis::process::run("bank-gateway", path.as_deref(), kontor_bank_gateway::run).await
}
