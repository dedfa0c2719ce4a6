//! Mutual TLS between services: TLS 1.3 by rustls, both sides known to the network's root and not revoked.
//!
//! | Module | Holds |
//! |---|---|
//! | [`identity`] | certificate, key and revocation list as their files have them now |
//! | [`live`] | rustls' questions, answered from the identity |
//!
//! Revocation is looked up for leaves in the list beside the service's certificate. No list yet: nothing is known to
//! be revoked, and the service goes on. With a list, a leaf of an issuer that the list does not speak for is refused,
//! because the root issues one intermediate. A list whose next update is overdue still counts and raises an alarm
//! instead: whoever could stop the authority for a day would otherwise stop the whole network.

mod identity;
mod live;

use std::path::PathBuf;
use std::sync::Arc;

use rustls::client::Resumption;
use rustls::server::NoServerSessionStorage;
use rustls::{ClientConfig, ServerConfig};

pub use identity::Identity;

/// Why an identity cannot be used; one line.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file is missing or is not PEM of the expected kind.
    #[error("cannot use {}: {message}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// Certificate, key and authority do not fit together.
    #[error("the TLS identity is unusable: {0}")]
    Identity(String),
}

pub(crate) fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

/// Makes the provider that the ordering engine builds too the process' default, for libraries that ask for one. Harmless when repeated.
pub fn install_provider() {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}

fn mismatch(error: impl std::fmt::Display) -> TlsError {
    TlsError::Identity(error.to_string())
}

/// For the listener: asks every client for a certificate of the network.
pub(crate) fn server(identity: &Identity) -> Result<ServerConfig, TlsError> {
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(mismatch)?
        .with_client_cert_verifier(live::clients(identity))
        .with_cert_resolver(live::own(identity));
    // A resumed session would not look at the client's certificate again.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(config)
}

/// For callers: shows the service's certificate and trusts the network's root only.
pub(crate) fn client(identity: &Identity) -> Result<ClientConfig, TlsError> {
    let mut config = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(mismatch)?
        .dangerous()
        .with_custom_certificate_verifier(live::servers(identity))
        .with_client_cert_resolver(live::own(identity));
    config.resumption = Resumption::disabled();
    Ok(config)
}
