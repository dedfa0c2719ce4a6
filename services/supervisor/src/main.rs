//! The supervisor as a process: `kontor-supervisor CONFIG`.

use std::{path::PathBuf, process::ExitCode};

#[tokio::main]
async fn main() -> ExitCode {
    let config = std::env::args_os().nth(1).map(PathBuf::from);
    kontor_chassis::process::run("supervisor", config.as_deref(), kontor_supervisor::run).await
}
