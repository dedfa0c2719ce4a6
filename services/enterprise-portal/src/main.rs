//! The portal as a process: `kontor-enterprise-portal [CONFIG.toml]`.

use std::{path::PathBuf, process::ExitCode};

#[tokio::main]
async fn main() -> ExitCode {
    let path = std::env::args_os().nth(1).map(PathBuf::from);
    kontor_chassis::process::run("enterprise-portal", path.as_deref(), kontor_enterprise_portal::run).await
}
