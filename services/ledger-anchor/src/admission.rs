//! Admission: bytes from outside become batches whose shape, network, sponsor and signatures hold.
//!
//! Signatures are checked by a pool of workers, off the consensus threads, and once per batch on a node: a batch that
//! came by gossip is known again when it arrives in a block.

mod batch;
mod signatures;
mod workers;

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use kontor_ledger::{batch::BatchError, encoding::EncodingError, member::MemberId};
use kontor_sealing::Hash;
use tokio::sync::oneshot;

pub use batch::{Admitted, AdmittedRecord, Directory};
use workers::Workers;

use crate::ordering::block::BatchKey;

/// Why a batch is not admitted. Places count the batch's records from 0.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AdmissionError {
    /// Not the canonical encoding of a batch.
    #[error("the bytes are not a batch in canonical CBOR: {0}")]
    Malformed(Arc<EncodingError>),
    /// Larger than a batch may be.
    #[error("a batch has at most {limit} bytes, this one has {bytes}")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The most allowed.
        limit: usize,
    },
    /// Too many records, none, or one of them signed for another sponsor.
    #[error(transparent)]
    Shape(BatchError),
    /// A record was made for another network.
    #[error("record {place} was made for network {network}")]
    WrongNetwork {
        /// Which record.
        place: usize,
        /// The network that it names.
        network: Hash,
    },
    /// The sponsor is not a member of the network.
    #[error("{0} is not a member of the network")]
    UnknownMember(MemberId),
    /// A record that stands in the batch twice.
    #[error("record {place} stands in the batch twice")]
    Repeated {
        /// Which record.
        place: usize,
    },
    /// A signature does not hold.
    #[error(transparent)]
    Signature(BatchError),
    /// The node is stopping.
    #[error("the node is stopping")]
    Stopping,
}

/// How soon a check is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// For the pool.
    Normal,
    /// For a vote on a block.
    Consensus,
}

/// Admitted batches that are remembered, by their bytes, so that a block's batches are known again.
const REMEMBERED_BYTES: usize = 32 << 20;

type Verdict = Result<Arc<Admitted>, AdmissionError>;

/// The admission of one node.
pub struct Admissions {
    shared: Arc<Shared>,
    workers: Workers,
}

/// Work on an admitted batch that can be done before it is executed, such as checking proofs.
pub type Prepare = Box<dyn Fn(&Admitted) + Send + Sync>;

struct Shared {
    directory: Directory,
    prepare: Prepare,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    entries: HashMap<BatchKey, Entry>,
    /// Admitted batches by age.
    order: BTreeMap<u64, BatchKey>,
    next: u64,
    bytes: usize,
}

impl Known {
    fn forget(&mut self, key: &BatchKey) {
        if let Some(Entry::Admitted { batch, place }) = self.entries.get(key) {
            self.bytes = self.bytes.saturating_sub(batch.bytes.len());
            self.order.remove(place);
            self.entries.remove(key);
        }
    }

    fn remember(&mut self, key: BatchKey, batch: Arc<Admitted>) -> Option<Entry> {
        let place = self.next;
        self.next = place.wrapping_add(1);
        self.order.insert(place, key);
        self.bytes = self.bytes.saturating_add(batch.bytes.len());
        self.entries.insert(key, Entry::Admitted { batch, place })
    }
}

enum Entry {
    Checking { waiting: Vec<oneshot::Sender<Verdict>>, job: workers::Job },
    Admitted { batch: Arc<Admitted>, place: u64 },
}

impl AdmissionError {
    /// Whether it is about the sponsor's key, which a node that is behind may not know yet.
    pub const fn is_of_sponsor(&self) -> bool {
        match self {
            Self::UnknownMember(_) | Self::Signature(BatchError::Signature(_)) => true,
            Self::Signature(BatchError::Count(_) | BatchError::Sponsor(_) | BatchError::Author(_))
            | Self::Malformed(_)
            | Self::TooLarge { .. }
            | Self::Shape(_)
            | Self::WrongNetwork { .. }
            | Self::Repeated { .. }
            | Self::Stopping => false,
        }
    }
}

impl Admissions {
    /// Starts `threads` workers, which call `prepare` on each batch whose signatures hold; with none, who asks does the
    /// work.
    ///
    /// # Errors
    /// If the operating system gives no thread.
    pub fn start(directory: Directory, threads: usize, prepare: Prepare) -> std::io::Result<Self> {
        let shared = Arc::new(Shared { directory, prepare, known: Mutex::default() });
        Ok(Self { shared, workers: Workers::start(threads)? })
    }

    /// Checks a batch, or remembers that it was checked.
    ///
    /// # Errors
    /// Any [`AdmissionError`].
    pub async fn admit(&self, key: BatchKey, bytes: Bytes, urgency: Urgency) -> Verdict {
        let (job, verdict) = {
            let mut known = self.shared.lock();
            let (sender, receiver) = oneshot::channel();
            match known.entries.get_mut(&key) {
                Some(Entry::Admitted { batch, .. }) => return Ok(Arc::clone(batch)),
                Some(Entry::Checking { waiting, job }) => {
                    waiting.push(sender);
                    ((urgency == Urgency::Consensus).then(|| job.clone()), receiver)
                }
                None => {
                    let shared = Arc::clone(&self.shared);
                    let job = workers::Job::new(move || shared.check(key, bytes));
                    known.entries.insert(key, Entry::Checking { waiting: vec![sender], job: job.clone() });
                    (Some(job), receiver)
                }
            }
        };
        if let Some(job) = job {
            self.workers.push(job, urgency);
        }
        verdict.await.unwrap_or(Err(AdmissionError::Stopping))
    }

    /// The batch, if it was admitted and is still remembered.
    pub fn known(&self, key: &BatchKey) -> Option<Arc<Admitted>> {
        match self.shared.lock().entries.get(key) {
            Some(Entry::Admitted { batch, .. }) => Some(Arc::clone(batch)),
            Some(Entry::Checking { .. }) | None => None,
        }
    }

    /// Forgets batches that are final: nobody asks for them again, except by mistake.
    pub fn forget<'k>(&self, keys: impl IntoIterator<Item = &'k BatchKey>) {
        let mut known = self.shared.lock();
        keys.into_iter().for_each(|key| known.forget(key));
    }

    /// Reads a batch that validators have certified: they checked its signatures.
    ///
    /// # Errors
    /// [`AdmissionError::Malformed`] and the other errors of shape.
    pub fn certified(&self, key: BatchKey, bytes: Bytes) -> Verdict {
        match self.known(&key) {
            Some(admitted) => Ok(admitted),
            None => Admitted::read(key, bytes, &self.shared.directory).map(Arc::new),
        }
    }

    /// The members, as admission knows them.
    pub fn directory(&self) -> &Directory {
        &self.shared.directory
    }

    /// Stops the workers; checks under way end first.
    pub fn stop(&self) {
        self.workers.stop();
        self.shared.lock().entries.clear();
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn check(&self, key: BatchKey, bytes: Bytes) {
        let verdict = Admitted::read(key, bytes, &self.directory)
            .and_then(|batch| batch.verify(&self.directory).map(|()| Arc::new(batch)))
            .inspect(|batch| (self.prepare)(batch));
        let mut known = self.lock();
        let entry = match &verdict {
            Ok(batch) => known.remember(key, Arc::clone(batch)),
            Err(_) => known.entries.remove(&key),
        };
        while known.bytes > REMEMBERED_BYTES {
            let Some(oldest) = known.order.values().next().copied() else { break };
            known.forget(&oldest);
        }
        drop(known);
        if let Some(Entry::Checking { waiting, .. }) = entry {
            for waiter in waiting {
                let _ = waiter.send(verdict.clone());
            }
        }
    }
}
