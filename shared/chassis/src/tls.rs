//! Mutual TLS between services: TLS 1.3 by rustls on ring, both sides known to the network's root.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, RootCertStore, ServerConfig};

use crate::config::MutualTls;

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

struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    roots: Arc<RootCertStore>,
}

fn load(files: &MutualTls) -> Result<Identity, TlsError> {
    let chain = certificates(&files.certificate)?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|error| unusable(&files.key, &error))?;
    let mut roots = RootCertStore::empty();
    for root in certificates(&files.authority)? {
        roots.add(root).map_err(|error| unusable(&files.authority, &error))?;
    }
    Ok(Identity { chain, key, roots: Arc::new(roots) })
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let list = read.map_err(|error| unusable(path, &error))?;
    if list.is_empty() { Err(unusable(path, &"no certificate in it")) } else { Ok(list) }
}

fn unusable(path: &Path, error: &dyn std::fmt::Display) -> TlsError {
    TlsError::File { path: path.to_owned(), message: error.to_string() }
}

fn mismatch(error: impl std::fmt::Display) -> TlsError {
    TlsError::Identity(error.to_string())
}

/// For the listener: asks every client for a certificate of the network.
pub(crate) fn server(files: &MutualTls) -> Result<ServerConfig, TlsError> {
    let Identity { chain, key, roots } = load(files)?;
    let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider()).build().map_err(mismatch)?;
    ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(mismatch)?
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain, key)
        .map_err(mismatch)
}

/// For callers: shows the service's certificate and trusts the network's root only.
pub(crate) fn client(files: &MutualTls) -> Result<ClientConfig, TlsError> {
    let Identity { chain, key, roots } = load(files)?;
    ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(mismatch)?
        .with_root_certificates(roots)
        .with_client_auth_cert(chain, key)
        .map_err(mismatch)
}
