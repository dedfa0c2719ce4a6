//! Logs to standard error; traces over OTLP where configured.

use std::io::IsTerminal;
use std::time::Duration;

use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use serde::{Deserialize, Serialize};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

/// What is told to whom.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TelemetryConfig {
    /// Which events, as `tracing` filters read: `info,kontor_ledger=debug`. `KONTOR_LOG` wins. Default `info`.
    pub filter: Option<String>,
    /// How they look. `KONTOR_LOG_FORMAT` wins. Default: text on a terminal, JSON elsewhere.
    pub format: Option<Format>,
    /// Base address of an OpenTelemetry collector (HTTP), such as `http://127.0.0.1:4318`; none: no export.
    pub otlp: Option<String>,
}

/// Form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}

/// Keeps the export going; dropping it sends what is left.
#[must_use]
pub struct Telemetry(Option<SdkTracerProvider>);

impl Drop for Telemetry {
    fn drop(&mut self) {
        if let Some(provider) = self.0.take()
            && let Err(error) = provider.shutdown_with_timeout(Duration::from_secs(3))
        {
            tracing::warn!(%error, "the last traces could not be exported");
        }
    }
}

/// Why telemetry could not be set up; one line.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter is malformed.
    #[error("the log filter cannot be used: {0}")]
    Filter(String),
    /// The exporter cannot be set up.
    #[error("traces cannot be exported: {0}")]
    Export(String),
}

/// Sets up logging for the whole process, under this name. A second call changes nothing.
///
/// # Errors
///
/// [`TelemetryError`] if the filter or the collector's address is unusable.
pub fn init(name: &str, config: &TelemetryConfig) -> Result<Telemetry, TelemetryError> {
    let wanted = std::env::var("KONTOR_LOG").ok().or_else(|| config.filter.clone()).unwrap_or("info".to_owned());
    let filter = EnvFilter::try_new(wanted).map_err(|error| TelemetryError::Filter(error.to_string()))?;
    let format = match std::env::var("KONTOR_LOG_FORMAT").as_deref() {
        Ok("json") => Format::Json,
        Ok("text") => Format::Text,
        _ => config.format.unwrap_or(if std::io::stderr().is_terminal() { Format::Text } else { Format::Json }),
    };
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = match format {
        Format::Json => lines.json().flatten_event(true).boxed(),
        Format::Text => lines.with_target(false).with_ansi(std::io::stderr().is_terminal()).boxed(),
    };
    let provider = config.otlp.as_deref().map(|address| exporter(name, address)).transpose()?;
    let export =
        provider.as_ref().map(|provider| tracing_opentelemetry::layer().with_tracer(provider.tracer("kontor")));
    // Fails if a subscriber is there already, which then stays.
    let _ = tracing_subscriber::registry().with(filter).with(lines).with(export).try_init();
    Ok(Telemetry(provider))
}

fn exporter(name: &str, address: &str) -> Result<SdkTracerProvider, TelemetryError> {
    let failed = |error: &dyn std::fmt::Display| TelemetryError::Export(error.to_string());
    let client = export::Client::new().map_err(|error| failed(&error))?;
    let exporter = opentelemetry_otlp::SpanExporter::builder()
        .with_http()
        .with_http_client(client)
        .with_endpoint(format!("{}/v1/traces", address.trim_end_matches('/')))
        .with_timeout(Duration::from_secs(5))
        .build()
        .map_err(|error| failed(&error))?;
    let resource = Resource::builder().with_service_name(name.to_owned()).build();
    Ok(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build())
}

mod export {
    //! The exporter runs on a thread of its own; its requests run on the runtime that set telemetry up.

    use std::future::Future;
    use std::pin::Pin;

    use bytes::Bytes;
    use opentelemetry_http::{HttpClient, HttpError, Request, Response};
    use tokio::runtime::Handle;

    #[derive(Debug)]
    pub(super) struct Client {
        runtime: Handle,
        client: reqwest::Client,
    }

    impl Client {
        pub(super) fn new() -> Result<Self, Box<dyn std::error::Error>> {
            Ok(Self { runtime: Handle::try_current()?, client: crate::client::plain()? })
        }
    }

    impl HttpClient for Client {
        fn send_bytes<'a, 'b>(
            &'a self,
            request: Request<Bytes>,
        ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'b>>
        where
            'a: 'b,
            Self: 'b,
        {
            let client = self.client.clone();
            let sent = self.runtime.spawn(async move {
                let request = request.map(reqwest::Body::from).try_into()?;
                let answer = client.execute(request).await?.error_for_status()?;
                let mut response = Response::builder().status(answer.status());
                if let Some(headers) = response.headers_mut() {
                    headers.extend(answer.headers().clone());
                }
                Ok::<_, HttpError>(response.body(answer.bytes().await?)?)
            });
            Box::pin(async move { sent.await? })
        }
    }
}
