//! The marketplace as a process: `kontor-marketplace [CONFIG.toml]`.

use std::{path::PathBuf, process::ExitCode};

#[tokio::main]
async fn main() -> ExitCode {
    let path = std::env::args_os().nth(1).map(PathBuf::from);
    kontor_chassis::process::run("marketplace", path.as_deref(), kontor_marketplace::run).await
}
