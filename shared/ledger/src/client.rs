//! Talking to the nodes of a network: any of several, with bounded retries, and nothing believed that can be checked.
//!
//! | Module | Holds |
//! |---|---|
//! | [`submit`] | batches, and the wait for their outcome |
//! | [`events`] | following the ledger |
//! | [`members`] | who is a member now |

pub mod events;
pub mod members;
pub mod submit;

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use kontor_sealing::{Hash, document::DocumentId};
use reqwest::{Method, StatusCode, header};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    event::Final,
    genesis::Genesis,
    governance::Proposal,
    network_certificate::{CertificateSerial, NetworkCertificate, NetworkCertificates},
    object::{Claim, Document, Object},
    receipt::{self, Receipt, ReceiptError},
    record::{ClaimId, RecordId},
};

pub use events::Events;
pub use members::{Following, Members};

/// Rounds over all nodes before giving up.
const ROUNDS: u32 = 4;
/// Wait after the first round; doubled after each.
const BACKOFF: Duration = Duration::from_millis(100);
/// How long one answer may take, beyond a wait that was asked for.
const ANSWER_TIME: Duration = Duration::from_secs(10);
/// Bytes of an answer at most: a sealed document.
const MAX_ANSWER: usize = 16 * 1024 * 1024;

/// Why the ledger gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// No node is configured for this.
    #[error("no ledger node is configured for it")]
    NoNode,
    /// No node could be reached.
    #[error("no ledger node answered")]
    Unreachable(#[source] reqwest::Error),
    /// Every node was unable to serve.
    #[error("the ledger's nodes are not able to serve (HTTP status {0})")]
    Unavailable(u16),
    /// A node would not take the request.
    #[error("the ledger's node refused the request: {title} ({slug}, HTTP status {status})")]
    Rejected {
        /// The HTTP status.
        status: u16,
        /// Last part of the problem's type, such as `bad-signature`.
        slug: String,
        /// The problem's title.
        title: String,
        /// The problem's detail.
        detail: Option<String>,
    },
    /// The record was submitted but is not final yet; submitting it again is harmless.
    #[error("the record {0} is not final yet")]
    Pending(RecordId),
    /// An answer was not what the API promises.
    #[error("a ledger node's answer does not have the promised shape")]
    Shape(#[source] serde_json::Error),
    /// An answer was larger than anything the API sends.
    #[error("a ledger node's answer is larger than {MAX_ANSWER} bytes")]
    TooLarge,
    /// A receipt does not prove what was asked for.
    #[error("a ledger node sent a receipt that does not hold")]
    Receipt(#[source] ReceiptError),
    /// A receipt or attachment is not the one asked for.
    #[error("a ledger node sent something other than {0}")]
    Another(Hash),
}

/// A node's addresses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// Base URL of its public listener, where everything is read.
    pub http: String,
    /// Base URL of its mutual-TLS listener, where members submit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mutual_tls: Option<String>,
}

/// A client of one network.
#[derive(Debug)]
pub struct LedgerClient {
    http: reqwest::Client,
    nodes: Vec<Node>,
    network: Hash,
    preferred: AtomicUsize,
}

/// The part of a problem document (RFC 9457) that errors show.
#[derive(Deserialize)]
struct ProblemDocument {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    title: String,
    detail: Option<String>,
}

/// A node's answer that is no error: its status and body.
struct Answer {
    status: StatusCode,
    body: Vec<u8>,
}

impl Answer {
    fn json<T: DeserializeOwned>(&self) -> Result<T, ClientError> {
        serde_json::from_slice(&self.body).map_err(ClientError::Shape)
    }
}

/// What is asked of any node.
struct Question<'a> {
    method: Method,
    path: &'a str,
    /// Media type and bytes.
    body: Option<(&'static str, Vec<u8>)>,
    /// Longest wait that the path asks for.
    wait: Duration,
}

impl Question<'_> {
    const fn get(path: &str) -> Question<'_> {
        Question { method: Method::GET, path, body: None, wait: Duration::ZERO }
    }
}

impl LedgerClient {
    /// A client that asks `nodes` in turn, the first one preferred, and believes receipts of `network` only. To submit,
    /// `http` must show the member's certificate.
    pub const fn new(http: reqwest::Client, nodes: Vec<Node>, network: Hash) -> Self {
        Self { http, nodes, network, preferred: AtomicUsize::new(0) }
    }

    /// The network that receipts are checked against.
    pub const fn network(&self) -> &Hash {
        &self.network
    }

    /// The network's genesis, checked against the pinned hash.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn genesis(&self) -> Result<Genesis, ClientError> {
        let answer = self.ask(Question::get("/v1/genesis")).await?.ok_or(ClientError::Another(self.network))?;
        let genesis: Genesis = answer.json()?;
        if genesis.hash() == self.network { Ok(genesis) } else { Err(ClientError::Another(self.network)) }
    }

    /// What members proposed, the latest first.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn proposals(&self) -> Result<Vec<Proposal>, ClientError> {
        self.ask(Question::get("/v1/proposals")).await?.map_or(Ok(Vec::new()), |answer| answer.json())
    }

    /// Where a record stands; `None` if it is unknown or not final.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn outcome(&self, id: &RecordId) -> Result<Option<Final>, ClientError> {
        let answer = self.ask(Question::get(&format!("/v1/records/{id}"))).await?;
        answer.filter(|answer| answer.status == StatusCode::OK).map(|answer| answer.json()).transpose()
    }

    /// A record's receipt, verified; `None` if the record is unknown or not final.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn receipt(&self, id: &RecordId) -> Result<Option<Receipt>, ClientError> {
        let Some(answer) = self.ask(Question::get(&format!("/v1/records/{id}/receipt"))).await? else {
            return Ok(None);
        };
        let receipt: Receipt = answer.json()?;
        let proven = receipt::verify(&receipt, &self.network).map_err(ClientError::Receipt)?;
        if proven.record == *id { Ok(Some(receipt)) } else { Err(ClientError::Another(*id)) }
    }

    /// An object by its reference: 64 digits, or `fingerprint:<kind>:<digits>`, or `attestation:<digits>`.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn object(&self, reference: &str) -> Result<Option<Object>, ClientError> {
        let answer = self.ask(Question::get(&format!("/v1/objects/{reference}"))).await?;
        answer.map(|answer| answer.json()).transpose()
    }

    /// A document.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn document(&self, id: &DocumentId) -> Result<Option<Document>, ClientError> {
        match self.object(&id.to_string()).await? {
            Some(Object::Document(document)) => Ok(Some(document)),
            _ => Ok(None),
        }
    }

    /// A claim.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn claim(&self, id: &ClaimId) -> Result<Option<Claim>, ClientError> {
        match self.object(&id.to_string()).await? {
            Some(Object::Claim(claim)) => Ok(Some(claim)),
            _ => Ok(None),
        }
    }

    /// Whether `attester` has withdrawn the attestation.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn is_withdrawn(
        &self,
        attestation: &Hash,
        attester: &crate::member::MemberId,
    ) -> Result<bool, ClientError> {
        match self.object(&format!("attestation:{attestation}")).await? {
            Some(Object::Attestation(all)) => Ok(all.by.iter().any(|one| one.member == *attester)),
            _ => Ok(false),
        }
    }

    /// A certificate of the network's authority.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn certificate(&self, serial: &CertificateSerial) -> Result<Option<NetworkCertificate>, ClientError> {
        match self.object(&format!("certificate:{serial}")).await? {
            Some(Object::Certificate(certificate)) => Ok(Some(certificate)),
            _ => Ok(None),
        }
    }

    /// A page of certificates, the last recorded first; `revoked` gives only those that are, or are not.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn certificates(
        &self,
        revoked: Option<bool>,
        cursor: Option<u64>,
    ) -> Result<NetworkCertificates, ClientError> {
        let revoked = revoked.map(|only| format!("&revoked={only}")).unwrap_or_default();
        let cursor = cursor.map(|from| format!("&cursor={from}")).unwrap_or_default();
        let answer = self.ask(Question::get(&format!("/v1/certificates?limit=100{revoked}{cursor}"))).await?;
        answer.map_or(Ok(NetworkCertificates { items: Vec::new(), next: None }), |answer| answer.json())
    }

    /// An attachment, checked against its digest; `None` if the nodes do not hold it.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn attachment(&self, digest: &Hash) -> Result<Option<Vec<u8>>, ClientError> {
        let Some(answer) = self.ask(Question::get(&format!("/v1/attachments/{digest}"))).await? else {
            return Ok(None);
        };
        if Hash::sm3(&[&answer.body]) == *digest { Ok(Some(answer.body)) } else { Err(ClientError::Another(*digest)) }
    }

    /// Stores an attachment; gives its digest.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn put_attachment(&self, bytes: Vec<u8>) -> Result<Hash, ClientError> {
        let digest = Hash::sm3(&[&bytes]);
        let path = format!("/v1/attachments/{digest}");
        let body = Some(("application/octet-stream", bytes));
        self.ask(Question { method: Method::PUT, path: &path, body, wait: Duration::ZERO }).await?;
        Ok(digest)
    }

    /// Members, validators, epoch and lag as a node sees them.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn status(&self) -> Result<serde_json::Value, ClientError> {
        let answer = self.ask(Question::get("/v1/network")).await?;
        answer.map_or(Ok(serde_json::Value::Null), |answer| answer.json())
    }

    /// Asks the nodes in turn until one answers; "not found" is `None`.
    async fn ask(&self, question: Question<'_>) -> Result<Option<Answer>, ClientError> {
        let writes = question.method != Method::GET;
        let mut last = ClientError::NoNode;
        for round in 0..ROUNDS {
            for turn in 0..self.nodes.len() {
                let place = self.preferred.load(Ordering::Relaxed).wrapping_add(turn) % self.nodes.len();
                let Some(node) = self.nodes.get(place) else { continue };
                let base = if writes { node.mutual_tls.as_ref() } else { Some(&node.http) };
                let Some(base) = base else { continue };
                match self.ask_one(base, &question).await {
                    Ok(answer) => {
                        self.preferred.store(place, Ordering::Relaxed);
                        return Ok(answer);
                    }
                    Err(error @ (ClientError::Unreachable(_) | ClientError::Unavailable(_))) => last = error,
                    Err(error) => return Err(error),
                }
            }
            if matches!(last, ClientError::NoNode) {
                break;
            }
            tokio::time::sleep(BACKOFF * 2_u32.saturating_pow(round)).await;
        }
        Err(last)
    }

    async fn ask_one(&self, base: &str, question: &Question<'_>) -> Result<Option<Answer>, ClientError> {
        let url = format!("{}{}", base.trim_end_matches('/'), question.path);
        let mut request =
            self.http.request(question.method.clone(), url).timeout(ANSWER_TIME.saturating_add(question.wait));
        if let Some((media, body)) = &question.body {
            request = request.header(header::CONTENT_TYPE, *media).body(body.clone());
        }
        let mut response = request.send().await.map_err(ClientError::Unreachable)?;
        let status = response.status();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(ClientError::Unreachable)? {
            if body.len() + chunk.len() > MAX_ANSWER {
                return Err(ClientError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        if status == StatusCode::NOT_FOUND && question.method == Method::GET {
            return Ok(None);
        }
        if status.is_success() {
            return Ok(Some(Answer { status, body }));
        }
        if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
            return Err(ClientError::Unavailable(status.as_u16()));
        }
        let problem: ProblemDocument = serde_json::from_slice(&body).unwrap_or(ProblemDocument {
            kind: String::new(),
            title: status.canonical_reason().unwrap_or_default().to_owned(),
            detail: None,
        });
        Err(ClientError::Rejected {
            status: status.as_u16(),
            slug: problem.kind.rsplit('/').next().unwrap_or_default().to_owned(),
            title: problem.title,
            detail: problem.detail,
        })
    }
}
