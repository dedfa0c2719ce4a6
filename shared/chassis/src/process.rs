//! A service as a process of its own: configuration, logging, start, signals, end.

use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;

use serde::de::DeserializeOwned;

use crate::telemetry::{self, TelemetryConfig};
use crate::{Shutdown, config};

/// OpenTelemetry's own variable for the collector's address.
const COLLECTOR: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";

/// A running service.
pub trait Process {
    /// Where people reach it.
    fn http(&self) -> SocketAddr;

    /// Finishes what is under way and ends.
    fn stop(self) -> impl Future<Output = ()> + Send;
}

/// Runs `service` with the configuration at `path` until the process is told to stop. A start that fails says why in
/// one line on standard error.
pub async fn run<C, P, E, F>(name: &'static str, path: Option<&Path>, service: impl FnOnce(C) -> F) -> ExitCode
where
    C: DeserializeOwned,
    P: Process,
    E: std::fmt::Display,
    F: Future<Output = Result<P, E>>,
{
    run_until(name, path, service, std::future::pending()).await
}

/// As [`run`], but `end` also tells the process to stop.
pub async fn run_until<C, P, E, F>(
    name: &'static str,
    path: Option<&Path>,
    service: impl FnOnce(C) -> F,
    end: impl Future<Output = ()>,
) -> ExitCode
where
    C: DeserializeOwned,
    P: Process,
    E: std::fmt::Display,
    F: Future<Output = Result<P, E>>,
{
    let outcome = serve(name, path, service, end).await;
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("{name}: {reason}");
            ExitCode::FAILURE
        }
    }
}

async fn serve<C, P, E, F>(
    name: &str,
    path: Option<&Path>,
    service: impl FnOnce(C) -> F,
    end: impl Future<Output = ()>,
) -> Result<(), String>
where
    C: DeserializeOwned,
    P: Process,
    E: std::fmt::Display,
    F: Future<Output = Result<P, E>>,
{
    let otlp = std::env::var(COLLECTOR).ok();
    let telemetry = telemetry::init(name, &TelemetryConfig { otlp, ..TelemetryConfig::default() });
    let _telemetry = telemetry.map_err(|error| error.to_string())?;
    let config = config::load(path).map_err(|error| error.to_string())?;
    let running = service(config).await.map_err(|error| error.to_string())?;
    tracing::info!(http = %running.http(), "serving");
    let signal = tokio::select! {
        signal = Shutdown::on_signal() => signal,
        () = end => Ok(()),
    };
    running.stop().await;
    signal.map_err(|error| format!("cannot listen for signals: {error}"))
}
