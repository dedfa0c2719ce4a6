//! The ledger as the portal uses it: several nodes, the first that answers; nothing believed that can be checked.

use std::time::Duration;

use futures::future::try_join_all;
use kontor_ledger::{
    batch::Batch,
    client::{ClientError, Events, LedgerClient, Node},
    member::MemberId,
    object::Claim,
    outcome::Outcome,
    receipt::{self, Proven, Receipt, ReceiptError},
    record::{Record, RecordId},
    time::Timestamp,
};
use kontor_sealing::{DocumentId, Hash, SigningKey};

use crate::{domain::relay::Fate, error::Error};

/// Kinds of records that say something about documents and who reads them, and every kind that is relayed: a caller is
/// told that its record is final when the follower has passed it.
const FOLLOWED: [&str; 13] = [
    "document-register",
    "document-amend",
    "document-endorse",
    "document-supersede",
    "grant-give",
    "grant-withdraw",
    "supervision-case-open",
    "supervision-access",
    "claim-appeal",
    "receivable-acknowledge",
    "receivable-split",
    "receivable-transfer",
    "receivable-settle",
];

/// How long one submission waits for finality; the outbox tries again after that.
const WAIT: Duration = Duration::from_secs(20);

/// The network's nodes.
pub struct Nodes {
    client: LedgerClient,
    public: Vec<String>,
    sponsor: MemberId,
    key: SigningKey,
}

impl From<ClientError> for Error {
    fn from(error: ClientError) -> Self {
        Self::Ledger(error.to_string())
    }
}

impl Nodes {
    /// Uses `nodes` as `sponsor`, whose certificate `http` shows and whose identity key signs batches.
    pub fn new(nodes: Vec<Node>, http: reqwest::Client, network: Hash, sponsor: MemberId, key: SigningKey) -> Self {
        let public = nodes.iter().map(|node| node.http.clone()).collect();
        Self { client: LedgerClient::new(http, nodes, network), public, sponsor, key }
    }

    /// Where anyone can read the ledger.
    pub fn public_addresses(&self) -> Vec<String> {
        self.public.clone()
    }

    /// Sponsors and submits a record, and waits for its outcome; [`Fate::Queued`] if it is not final in time.
    ///
    /// # Errors
    /// [`Error::Ledger`] if no node took it.
    pub async fn submit(&self, record: Record) -> Result<Fate, Error> {
        let batch =
            Batch::sign(vec![record], self.sponsor, &self.key).map_err(|error| Error::Ledger(error.to_string()))?;
        match self.client.submit(&batch, WAIT).await {
            Ok(all) => Ok(all.first().map_or(Fate::Queued, |last| match last.outcome {
                Outcome::Accepted => Fate::Accepted { position: last.position, timestamp: last.timestamp },
                Outcome::Refused(code) => {
                    Fate::Refused { position: last.position, timestamp: last.timestamp, code: code.as_str().to_owned() }
                }
            })),
            Err(ClientError::Pending(_)) => Ok(Fate::Queued),
            // Trouble with the operator's own standing is not the record's.
            Err(ClientError::Rejected { status, slug, detail, .. }) if !matches!(status, 401 | 403 | 408) => {
                Ok(Fate::Rejected { code: if slug.is_empty() { "rejected".to_owned() } else { slug }, detail })
            }
            Err(error) => Err(error.into()),
        }
    }

    /// A record's receipt, verified.
    ///
    /// # Errors
    /// [`Error::Ledger`].
    pub async fn receipt(&self, id: &RecordId) -> Result<Option<Receipt>, Error> {
        Ok(self.client.receipt(id).await?)
    }

    /// What a verified receipt says of a record.
    ///
    /// # Errors
    /// [`Error::Ledger`] if no node has it.
    pub async fn proven(&self, id: &RecordId) -> Result<Proven, Error> {
        let receipt = self.client.receipt(id).await?.ok_or_else(|| Error::Ledger(format!("no receipt of {id}")))?;
        receipt::verify(&receipt, self.client.network()).map_err(|error: ReceiptError| Error::Ledger(error.to_string()))
    }

    /// The claims that count against a document's total at `now`.
    ///
    /// # Errors
    /// [`Error::Ledger`].
    pub async fn live_claims(&self, document: &DocumentId, now: Timestamp) -> Result<Vec<Claim>, Error> {
        let Some(document) = self.client.document(document).await? else { return Ok(Vec::new()) };
        let claims = try_join_all(document.live.iter().map(|id| self.client.claim(id))).await?;
        let mut live: Vec<Claim> = claims.into_iter().flatten().filter(|claim| claim.is_live(now)).collect();
        live.sort_by_key(|claim| (claim.at, claim.id));
        Ok(live)
    }

    /// A sealed document, by its digest.
    ///
    /// # Errors
    /// [`Error::Ledger`].
    pub async fn attachment(&self, digest: &Hash) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.client.attachment(digest).await?)
    }

    /// Gives a sealed document to the nodes.
    ///
    /// # Errors
    /// [`Error::Ledger`].
    pub async fn put_attachment(&self, content: Vec<u8>) -> Result<(), Error> {
        self.client.put_attachment(content).await?;
        Ok(())
    }

    /// Records about documents, from log position `from` on.
    pub fn follow(&self, from: u64) -> Events<'_> {
        self.client.events(from, &FOLLOWED)
    }
}
