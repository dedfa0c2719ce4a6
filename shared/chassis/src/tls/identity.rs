//! A service's certificate, key and revocation list: read from their files, and again whenever the files change.

use std::fmt;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::sign::CertifiedKey;

use super::{TlsError, mismatch, provider};
use crate::ca::{Crl, Details};
use crate::config::MutualTls;

/// How long what was read is taken for what the files hold.
const LOOK: Duration = Duration::from_secs(1);

/// How often, and after which pause, files that do not fit together are read again at the start.
const TRIES: usize = 3;
const PAUSE: Duration = Duration::from_millis(20);

/// A service's identity; clones are the same one. Whoever replaces its files, each by a rename, has them used within
/// a second; files that do not fit together leave the old identity in use.
#[derive(Clone)]
pub struct Identity(Arc<Inner>);

struct Inner {
    files: MutualTls,
    current: RwLock<Arc<Material>>,
    /// Files that could not be used: one word in the log is enough.
    refused: Mutex<Option<Stamps>>,
    started: Instant,
    /// Milliseconds after `started` from which the files are looked at again.
    look: AtomicU64,
}

/// What the files held when they were read.
pub(crate) struct Material {
    pub(crate) own: Arc<CertifiedKey>,
    pub(crate) clients: Arc<dyn ClientCertVerifier>,
    pub(crate) servers: Arc<WebPkiServerVerifier>,
    pub(crate) details: Details,
    pub(crate) crl: Option<Crl>,
    stamps: Stamps,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("certificate", &self.0.files.certificate).finish_non_exhaustive()
    }
}

impl Identity {
    /// Reads an identity.
    ///
    /// # Errors
    ///
    /// [`TlsError`] if a file is unusable or they do not fit together. A revocation list that is missing or unusable
    /// is none, with a word in the log.
    pub fn open(files: &MutualTls) -> Result<Self, TlsError> {
        let mut read = Material::read(files, None);
        for _ in 0..TRIES {
            // Another process may be replacing the files, one after the other.
            if read.is_err() && files.certificate.exists() {
                std::thread::sleep(PAUSE);
                read = Material::read(files, None);
            }
        }
        let current = RwLock::new(Arc::new(read?));
        let look = AtomicU64::new(millis(LOOK));
        let (refused, started) = (Mutex::default(), Instant::now());
        Ok(Self(Arc::new(Inner { files: files.clone(), current, refused, started, look })))
    }

    /// Its files.
    pub fn files(&self) -> &MutualTls {
        &self.0.files
    }

    /// What its certificate says.
    pub fn details(&self) -> Details {
        self.current().details.clone()
    }

    /// The revocation list in use.
    pub fn crl(&self) -> Option<Crl> {
        self.current().crl.clone()
    }

    /// Whether a peer with this certificate must no longer be talked to, although its connection was once accepted.
    pub fn refuses(&self, peer: &Details, now: i64) -> bool {
        peer.validity.left(now) < 0 || self.current().crl.as_ref().is_some_and(|crl| crl.lists(&peer.serial))
    }

    /// Reads the files if they changed, now rather than within a second.
    pub fn reload(&self) {
        self.0.look.store(0, Relaxed);
        self.current();
    }

    /// Checks that a chain, PEM, is for this identity's member and service under its root; gives its leaf's content.
    ///
    /// # Errors
    ///
    /// [`TlsError::Identity`].
    pub fn check(&self, chain: &str) -> Result<Details, TlsError> {
        let chain: Vec<_> =
            CertificateDer::pem_slice_iter(chain.as_bytes()).collect::<Result<_, _>>().map_err(mismatch)?;
        let (leaf, rest) = chain.split_first().ok_or_else(|| mismatch("no certificate in the chain"))?;
        let current = self.current();
        current.clients.verify_client_cert(leaf, rest, UnixTime::now()).map_err(mismatch)?;
        let details = Details::of(leaf).filter(|details| details.peer == current.details.peer);
        details.ok_or_else(|| mismatch("the chain is for another member or service"))
    }

    /// Checks that a revocation list is the authority's.
    ///
    /// # Errors
    ///
    /// [`TlsError::Identity`].
    pub fn check_crl(&self, bytes: &[u8]) -> Result<Crl, TlsError> {
        let current = self.current();
        let issuer = current.own.cert.get(1).ok_or_else(|| mismatch("the chain holds no issuer"))?;
        Crl::read(bytes, issuer).map_err(mismatch)
    }

    /// What the files hold, at most a second ago.
    pub(crate) fn current(&self) -> Arc<Material> {
        let inner = &*self.0;
        let known = Arc::clone(&inner.current.read().unwrap_or_else(PoisonError::into_inner));
        let (now, due) = (millis(inner.started.elapsed()), inner.look.load(Relaxed));
        let next = now.saturating_add(millis(LOOK));
        // One of those who come at the same time looks.
        if now < due || inner.look.compare_exchange(due, next, Relaxed, Relaxed).is_err() {
            return known;
        }
        let stamps = Stamps::of(&inner.files);
        let mut refused = inner.refused.lock().unwrap_or_else(PoisonError::into_inner);
        if stamps == known.stamps || refused.as_ref() == Some(&stamps) {
            return known;
        }
        match Material::read(&inner.files, known.crl.as_ref()) {
            Ok(read) => {
                tracing::info!(serial = read.details.serial, "the TLS identity was read again");
                let read = Arc::new(read);
                *refused = None;
                *inner.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&read);
                read
            }
            Err(error) => {
                tracing::warn!(%error, "the TLS identity's files changed and cannot be used; the old ones stay in use");
                *refused = Some(stamps);
                known
            }
        }
    }
}

impl Material {
    fn read(files: &MutualTls, known: Option<&Crl>) -> Result<Self, TlsError> {
        // Before reading, so that a change in between is seen next time.
        let stamps = Stamps::of(files);
        let chain = certificates(&files.certificate)?;
        let leaf = chain.first().and_then(|leaf| Details::of(leaf));
        let details = leaf.ok_or_else(|| unusable(&files.certificate, &"it names no member and service"))?;
        let mut roots = RootCertStore::empty();
        for root in certificates(&files.authority)? {
            roots.add(root).map_err(|error| unusable(&files.authority, &error))?;
        }
        let roots = Arc::new(roots);
        let crl = revocations(files, chain.get(1), known);
        let own = own(files, chain)?;
        let clients = WebPkiClientVerifier::builder_with_provider(Arc::clone(&roots), provider());
        let servers = WebPkiServerVerifier::builder_with_provider(roots, provider());
        let der = crl.iter().map(|crl| crl.der().clone());
        let clients = clients.with_crls(der.clone()).only_check_end_entity_revocation().build().map_err(mismatch)?;
        let servers = servers.with_crls(der).only_check_end_entity_revocation().build().map_err(mismatch)?;
        Ok(Self { own: Arc::new(own), clients, servers, details, crl, stamps })
    }
}

/// The certificate with the key that it belongs to: in the middle of a renewal that is the one still waiting.
fn own(files: &MutualTls, chain: Vec<CertificateDer<'static>>) -> Result<CertifiedKey, TlsError> {
    let with = |path: &Path| {
        let key = PrivateKeyDer::from_pem_file(path).map_err(|error| unusable(path, &error))?;
        CertifiedKey::from_der(chain.clone(), key, &provider()).map_err(mismatch)
    };
    let first = with(&files.key);
    let waiting = files.waiting_key();
    match first {
        Err(_) if waiting.exists() => with(&waiting).or(first),
        other => other,
    }
}

/// The list beside the certificate, never an older one than the one in use.
fn revocations(files: &MutualTls, issuer: Option<&CertificateDer<'static>>, known: Option<&Crl>) -> Option<Crl> {
    let path = files.crl();
    let read = match (std::fs::read(&path), issuer) {
        (Ok(bytes), Some(issuer)) => Crl::read(&bytes, issuer).map_err(|error| error.to_string()),
        (Ok(_), None) => Err("the chain holds no issuer".to_owned()),
        (Err(error), _) if error.kind() == std::io::ErrorKind::NotFound => return known.cloned(),
        (Err(error), _) => Err(error.to_string()),
    };
    match read {
        Ok(crl) if known.is_none_or(|known| known.number <= crl.number) => Some(crl),
        Ok(_) => known.cloned(),
        Err(error) => {
            tracing::warn!(path = %path.display(), error, "the revocation list cannot be used");
            known.cloned()
        }
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let list = read.map_err(|error| unusable(path, &error))?;
    if list.is_empty() { Err(unusable(path, &"no certificate in it")) } else { Ok(list) }
}

fn unusable(path: &Path, error: &dyn fmt::Display) -> TlsError {
    TlsError::File { path: path.to_owned(), message: error.to_string() }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// What tells one version of the files from the next: a rename brings another inode.
#[derive(PartialEq, Eq)]
struct Stamps([Option<(u64, i64, i64, u64)>; 5]);

impl Stamps {
    fn of(files: &MutualTls) -> Self {
        let stamp = |path: &PathBuf| {
            let data = std::fs::metadata(path).ok()?;
            Some((data.ino(), data.mtime(), data.mtime_nsec(), data.len()))
        };
        let paths = [&files.certificate, &files.key, &files.authority, &files.waiting_key(), &files.crl()];
        Self(paths.map(stamp))
    }
}
