//! Renewal by itself: asks the issuer for a new certificate when a third of the old one's life is left, and for the
//! revocation list every minute. It never blocks a start, and what fails is tried again.
//!
//! A renewal is safe against a crash at any point: the new key waits in its own file, the same key is asked for again,
//! and the certificate replaces the old one before the key does; [`Identity`] takes whichever key fits.

use std::path::Path;
use std::time::Duration;

use rand::RngExt as _;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use zeroize::Zeroizing;

use crate::ca::crl::MAX_CRL;
use crate::ca::{Validity, now, request};
use crate::client;
use crate::files::{write_public, write_secret};
use crate::health::Health;
use crate::metrics::Metrics;
use crate::shutdown::Shutdown;
use crate::tls::{Identity, TlsError};

/// Seconds between looks where no issuer is configured.
const LOOK: u64 = 60;

/// Longest wait between two attempts to renew.
const LONGEST_WAIT: Duration = Duration::from_secs(3_600);

/// Seconds left below which people should know, if that is more than a tenth of the life.
const WEEK: i64 = 7 * 86_400;

/// Bytes of an answer with a chain at most.
const MAX_CHAIN: usize = 64 * 1024;

/// How a service's certificate is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateStatus {
    /// The certificate's serial number, hexadecimal.
    pub serial: String,
    /// When it is valid.
    pub validity: Validity,
    /// Whether somebody is configured who could renew it.
    pub renews: bool,
    /// Why the last attempt to renew did not work.
    pub failure: Option<String>,
    /// When the revocation list is due anew, in seconds since 1970; `None` without a list.
    pub next_update: Option<i64>,
}

impl CertificateStatus {
    /// What people must look at: a certificate that ends soon because its renewal does not work, or a revocation list
    /// that is overdue.
    pub fn alarm(&self, now: i64) -> Option<String> {
        let left = self.validity.left(now);
        let late = left < WEEK.max(self.validity.life() / 10);
        if left < 0 {
            return Some(format!("the certificate {} has expired", self.serial));
        }
        if late && (self.failure.is_some() || !self.renews) {
            let why = self.failure.as_deref().unwrap_or("no issuer is configured");
            return Some(format!("the certificate {} ends in {} h: {why}", self.serial, left / 3_600));
        }
        let overdue = self.next_update.is_some_and(|due| due < now);
        overdue.then(|| "the revocation list is overdue: the authority does not publish".to_owned())
    }
}

/// The work of keeping a certificate and its revocation list.
pub struct Renewal {
    keeper: Option<Keeper>,
    status: watch::Receiver<CertificateStatus>,
    task: Option<JoinHandle<()>>,
}

struct Keeper {
    identity: Identity,
    http: reqwest::Client,
    metrics: Metrics,
    status: watch::Sender<CertificateStatus>,
    failures: u32,
    /// No attempt to renew before this.
    next: Instant,
    /// Renews this part of the life earlier than a third: services that started together do not come together.
    jitter: f64,
}

/// Why a step did not work; one line.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error("the issuer does not answer: {0}")]
    Unreachable(String),
    #[error("the issuer answered {0}")]
    Refused(String),
    #[error(transparent)]
    Unusable(#[from] TlsError),
    #[error("cannot make a request: {0}")]
    Request(#[from] crate::ca::AuthorityError),
    #[error("cannot write the files: {0}")]
    File(#[from] std::io::Error),
}

/// The issuer's answer.
#[derive(Deserialize)]
struct Answer {
    chain: String,
}

impl Renewal {
    /// Prepares to keep `identity`.
    ///
    /// # Errors
    ///
    /// [`TlsError`] if no client can be made with it.
    pub fn new(identity: Identity, metrics: Metrics) -> Result<Self, TlsError> {
        let http = client::of(&identity)?;
        let (status, seen) = watch::channel(status(&identity, None));
        let jitter = rand::rng().random_range(0.0..0.03);
        let keeper = Keeper { identity, http, metrics, status, failures: 0, next: Instant::now(), jitter };
        keeper.measure();
        Ok(Self { keeper: Some(keeper), status: seen, task: None })
    }

    /// Shows the certificate on the service's front page.
    pub(crate) fn figures(&self, health: &Health) {
        let status = self.status.clone();
        health.figure("Certificate", move || {
            let (status, now) = (status.borrow().clone(), now());
            let days = status.validity.left(now) / 86_400;
            async move { status.alarm(now).unwrap_or_else(|| format!("valid for {days} more days")) }
        });
    }

    /// Goes on until the signal comes.
    #[must_use]
    pub fn start(mut self, shutdown: Shutdown) -> Self {
        self.task = self.keeper.take().map(|mut keeper| tokio::spawn(async move { keeper.run(&shutdown).await }));
        self
    }

    /// How the certificate is doing.
    pub fn status(&self) -> watch::Receiver<CertificateStatus> {
        self.status.clone()
    }

    /// Waits for the end after the signal.
    pub async fn end(self) {
        if let Some(Err(error)) = match self.task {
            Some(task) => Some(task.await),
            None => None,
        } {
            tracing::error!(%error, "the certificate's renewal was interrupted");
        }
    }
}

impl Keeper {
    async fn run(&mut self, shutdown: &Shutdown) {
        self.tidy();
        let every = self.identity.files().issuer.as_ref().map_or(LOOK, |issuer| issuer.every.max(1));
        loop {
            if shutdown.run_until(self.round()).await.is_none() {
                return;
            }
            // A fifth of chance: a network's services must not march in step.
            let chance = rand::rng().random_range(0.8..1.2);
            let wait = Duration::from_secs(every).mul_f64(chance);
            if shutdown.run_until(tokio::time::sleep(wait)).await.is_none() {
                return;
            }
        }
    }

    /// A key that a crash left waiting takes its place if the certificate is its own.
    fn tidy(&self) {
        let files = self.identity.files();
        let waiting = files.waiting_key();
        let fits = |path: &Path| {
            let key = std::fs::read_to_string(path).map(Zeroizing::new).ok()?;
            Some(request::public_key(&key).ok()? == self.identity.details().key)
        };
        if fits(&waiting) == Some(true)
            && fits(&files.key) != Some(true)
            && let Err(error) = std::fs::rename(&waiting, &files.key)
        {
            tracing::warn!(%error, "the renewed key cannot take its place yet");
        }
    }

    async fn round(&mut self) {
        self.identity.reload();
        let issuer = self.identity.files().issuer.clone();
        let mut failure = self.status.borrow().failure.clone();
        if let Some(issuer) = issuer {
            let url = issuer.url.trim_end_matches('/');
            if let Err(error) = self.fetch(url).await {
                // Not worth a warning before it is overdue, when the alarm comes: the issuer may be starting too.
                tracing::info!(%error, "the revocation list cannot be fetched");
            }
            if self.due() {
                failure = match self.renew(url).await {
                    Ok(()) => {
                        self.failures = 0;
                        None
                    }
                    Err(error) => {
                        tracing::warn!(%error, "the certificate cannot be renewed");
                        let wait = Duration::from_secs(5).saturating_mul(2u32.saturating_pow(self.failures));
                        self.failures = self.failures.saturating_add(1);
                        let chance = rand::rng().random_range(0.5..1.0);
                        self.next = Instant::now() + wait.min(LONGEST_WAIT).mul_f64(chance);
                        Some(error.to_string())
                    }
                };
                let outcome = if failure.is_none() { "renewed" } else { "failed" };
                let labels = [("outcome", outcome)];
                self.metrics.count("kontor_certificate_renewals_total", "Attempts to renew.", &labels, 1);
            }
        }
        self.status.send_replace(status(&self.identity, failure));
        self.measure();
    }

    fn due(&self) -> bool {
        let validity = self.identity.details().validity;
        let part = 1.0 / 3.0 + self.jitter;
        (validity.left(now()) as f64) < validity.life() as f64 * part && Instant::now() >= self.next
    }

    fn measure(&self) {
        let (status, now) = (self.status.borrow().clone(), now());
        let left = status.validity.left(now) as f64;
        self.metrics.gauge("kontor_certificate_expiry_seconds", "Seconds until the certificate expires.", &[], left);
        if let Some(due) = status.next_update {
            let left = due.saturating_sub(now) as f64;
            self.metrics.gauge(
                "kontor_crl_expiry_seconds",
                "Seconds until the next revocation list is due.",
                &[],
                left,
            );
        }
    }

    async fn fetch(&self, url: &str) -> Result<(), Failed> {
        let answer = self.http.get(format!("{url}/v1/crl")).send().await;
        let bytes = body(answer.map_err(unreachable)?, MAX_CRL).await?;
        let crl = self.identity.check_crl(&bytes)?;
        if self.identity.crl().is_none_or(|known| known.number < crl.number) {
            write(&self.identity.files().crl(), bytes, false).await?;
            self.identity.reload();
        }
        Ok(())
    }

    async fn renew(&self, url: &str) -> Result<(), Failed> {
        let (files, details) = (self.identity.files().clone(), self.identity.details());
        let key = waiting_key(&files.waiting_key(), &details.key).await?;
        let csr = request::request(&key, &details.peer, &details.names)?;
        let asked = self.http.post(format!("{url}/v1/certificates")).json(&json!({ "csr": csr })).send().await;
        let bytes = body(asked.map_err(unreachable)?, MAX_CHAIN).await?;
        let unreadable = |_| Failed::Refused("something else than a chain".to_owned());
        let answer: Answer = serde_json::from_slice(&bytes).map_err(unreadable)?;
        let renewed = self.identity.check(&answer.chain)?;
        if renewed.key != request::public_key(&key)? || renewed.validity.not_after <= details.validity.not_after {
            return Err(Failed::Refused("a chain for another key, or one that ends no later".to_owned()));
        }
        write(&files.certificate, answer.chain.into_bytes(), false).await?;
        tokio::fs::rename(files.waiting_key(), &files.key).await?;
        self.identity.reload();
        tracing::info!(serial = renewed.serial, "the certificate was renewed");
        Ok(())
    }
}

/// The key that waits for a certificate; made if there is none, and not the one in use.
async fn waiting_key(path: &Path, used: &[u8]) -> Result<Zeroizing<String>, Failed> {
    if let Ok(known) = tokio::fs::read_to_string(path).await.map(Zeroizing::new)
        && request::public_key(&known).is_ok_and(|key| key != used)
    {
        return Ok(known);
    }
    let key = request::new_key()?;
    write(path, key.as_bytes().to_vec(), true).await?;
    Ok(key)
}

async fn write(path: &Path, bytes: Vec<u8>, secret: bool) -> Result<(), Failed> {
    let (path, bytes) = (path.to_owned(), Zeroizing::new(bytes));
    let write = move || if secret { write_secret(&path, &bytes) } else { write_public(&path, &bytes) };
    let written = tokio::task::spawn_blocking(write).await;
    Ok(written.map_err(std::io::Error::other)??)
}

fn unreachable(error: reqwest::Error) -> Failed {
    let error = error.without_url();
    // The text of the error itself does not say why a connection failed.
    let cause = std::iter::successors(std::error::Error::source(&error), |error| error.source()).last();
    Failed::Unreachable(cause.map_or_else(|| error.to_string(), ToString::to_string))
}

/// A good answer's body.
async fn body(mut answer: reqwest::Response, most: usize) -> Result<Vec<u8>, Failed> {
    let status = answer.status();
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
        if bytes.len().saturating_add(chunk.len()) > most {
            return Err(Failed::Refused("more than it may".to_owned()));
        }
        bytes.extend_from_slice(&chunk);
    }
    if status.is_success() {
        return Ok(bytes);
    }
    let problem: Option<serde_json::Value> = serde_json::from_slice(&bytes).ok();
    let text = |name: &str| Some(problem.as_ref()?.get(name)?.as_str()?.chars().take(200).collect::<String>());
    let said = text("detail").or_else(|| text("title")).unwrap_or_default();
    Err(Failed::Refused(format!("{}: {said}", status.as_u16())))
}

fn status(identity: &Identity, failure: Option<String>) -> CertificateStatus {
    let details = identity.details();
    CertificateStatus {
        serial: details.serial,
        validity: details.validity,
        renews: identity.files().issuer.is_some(),
        failure,
        next_update: identity.crl().map(|crl| crl.next_update),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_told_when_renewal_does_not_work_and_not_before() {
        const DAY: i64 = 86_400;
        let well = CertificateStatus {
            serial: "40".to_owned(),
            validity: Validity { not_before: 0, not_after: 90 * DAY },
            renews: true,
            failure: None,
            next_update: Some(200 * DAY),
        };
        assert_eq!(well.alarm(80 * DAY), None);
        assert_eq!(well.alarm(89 * DAY), None, "renewal has not failed");
        let failing = CertificateStatus { failure: Some("no answer".to_owned()), ..well.clone() };
        assert_eq!(failing.alarm(80 * DAY), None, "a tenth and a week are left");
        assert!(failing.alarm(82 * DAY).expect("alarm").contains("no answer"));
        let by_hand = CertificateStatus { renews: false, ..well.clone() };
        assert!(by_hand.alarm(82 * DAY).expect("alarm").contains("no issuer"));
        assert!(well.alarm(91 * DAY).expect("alarm").contains("expired"));
        let overdue = CertificateStatus { next_update: Some(DAY), ..well };
        assert!(overdue.alarm(2 * DAY).expect("alarm").contains("overdue"));
    }
}
