//! HTTP clients: to other services by mutual TLS, with the trace passed on.

use std::time::Duration;

use crate::config::MutualTls;
use crate::tls::{self, Identity, TlsError};
use crate::trace;

/// How long to wait for a connection, and for a whole answer.
const CONNECT: Duration = Duration::from_secs(5);
const ANSWER: Duration = Duration::from_secs(60);

/// How long a connection is kept for the next request.
const IDLE: Duration = Duration::from_secs(60);

/// A client that shows this service's certificate and accepts only certificates of the network, both as the files and
/// the revocation list are when a connection is made. Connections that nobody used for a minute are closed; our servers
/// close one in constant use after ten.
///
/// # Errors
///
/// [`TlsError`] if the identity's files are unusable.
pub fn mutual_tls(identity: &MutualTls) -> Result<reqwest::Client, TlsError> {
    of(&Identity::open(identity)?)
}

/// [`mutual_tls`] with an identity that was read already.
pub(crate) fn of(identity: &Identity) -> Result<reqwest::Client, TlsError> {
    let config = tls::client(identity)?;
    let client = builder().https_only(true).tls_backend_preconfigured(config).build();
    client.map_err(|error| TlsError::Identity(error.to_string()))
}

/// As [`mutual_tls`], but it also reads from public listeners over plain HTTP: for a ledger node's two addresses. It has
/// no overall time limit, because it follows event streams; callers bound each request.
///
/// # Errors
///
/// [`TlsError`] if the identity's files are unusable.
pub fn members_and_public(identity: &MutualTls) -> Result<reqwest::Client, TlsError> {
    let client = unbounded().tls_backend_preconfigured(tls::client(&Identity::open(identity)?)?).build();
    client.map_err(|error| TlsError::Identity(error.to_string()))
}

/// A client for plain HTTP on loopback; it trusts no certificate.
///
/// # Errors
///
/// [`TlsError`] if the client cannot be set up.
pub fn plain() -> Result<reqwest::Client, TlsError> {
    let config = rustls::ClientConfig::builder_with_provider(tls::provider())
        .with_safe_default_protocol_versions()
        .map_err(|error| TlsError::Identity(error.to_string()))?
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    let client = builder().tls_backend_preconfigured(config).build();
    client.map_err(|error| TlsError::Identity(error.to_string()))
}

fn builder() -> reqwest::ClientBuilder {
    unbounded().timeout(ANSWER)
}

fn unbounded() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .connect_timeout(CONNECT)
        .pool_idle_timeout(IDLE)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("kontor/", env!("CARGO_PKG_VERSION")))
}

/// Passes the current request's trace on.
pub trait Traced {
    /// Adds the `traceparent` header if the current task belongs to a trace.
    #[must_use]
    fn traced(self) -> Self;
}

impl Traced for reqwest::RequestBuilder {
    fn traced(self) -> Self {
        match trace::current() {
            Some(context) => self.header(trace::TRACEPARENT, context.child().to_string()),
            None => self,
        }
    }
}
