//! Starts one node from a configuration file: `kontor-ledger-anchor node.toml`.

use kontor_chassis::{Shutdown, config, telemetry};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args_os().nth(1).map(std::path::PathBuf::from);
    let config: kontor_ledger_anchor::Config = config::load(path.as_deref())?;
    let _telemetry = telemetry::init(kontor_ledger_anchor::http::SERVICE.name, &config.telemetry)?;
    let running = kontor_ledger_anchor::run(config).await?;
    Shutdown::on_signal().await?;
    running.stop().await;
    Ok(())
}
