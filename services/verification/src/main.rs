//! Runs a bank's verification service with the configuration file named as its argument.

use std::{path::PathBuf, process::ExitCode};

#[tokio::main]
async fn main() -> ExitCode {
    let path = std::env::args_os().nth(1).map(PathBuf::from);
    kontor_chassis::process::run("verification", path.as_deref(), kontor_verification::run).await
}
