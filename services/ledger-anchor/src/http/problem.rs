//! The only mapping from the node's errors to problems.

use kontor_chassis::Problem;
use kontor_ledger::batch::BatchError;

use crate::{
    admission::AdmissionError, attachments::AttachmentError, node::submission::SubmitError, pool::PoolFull,
    store::StoreError,
};

/// Seconds after which a client may find room in the pool again.
const RETRY_AFTER: u64 = 1;

/// The problem of records that were not taken.
pub fn submit(error: SubmitError) -> Problem {
    match error {
        SubmitError::Admission(error) => admission(&error),
        SubmitError::Replayed { place, by } => {
            Problem::new(409, "replayed", "Another record of the author has used the nonce")
                .pointer(format!("/records/{place}/nonce"))
                .with("recordId", by.to_string())
        }
        SubmitError::Full(PoolFull) => Problem::new(429, "busy", "More records wait than this node takes")
            .detail("nothing was taken; send it again")
            .retry_after(RETRY_AFTER),
        SubmitError::NotActiveYet { place } => {
            Problem::new(422, "not-active-yet", "The network's rules do not know the kind yet")
                .detail("the members decide from which block on they do")
                .pointer(format!("/records/{place}/body/kind"))
        }
        SubmitError::DiskFull => Problem::new(507, "disk-full", "The node's disk has too little room")
            .detail("nothing was taken; send it to another node, or again when there is more room"),
        SubmitError::Halted => Problem::new(503, "halted", "The node has stopped taking part in the network"),
        SubmitError::Store(error) => store(error),
    }
}

fn admission(error: &AdmissionError) -> Problem {
    let detail = error.to_string();
    match error {
        AdmissionError::Malformed(_) => Problem::new(400, "malformed", "The request is malformed").detail(detail),
        AdmissionError::TooLarge { limit, .. } => {
            Problem::new(413, "too-large", "The body is too large").detail(detail).with("limit", *limit)
        }
        AdmissionError::Shape(BatchError::Sponsor(place)) => {
            other_sponsor().pointer(format!("/records/{place}/sponsor"))
        }
        AdmissionError::Shape(_) => {
            Problem::new(400, "schema", "The body does not satisfy its schema").detail(detail).pointer("/records")
        }
        AdmissionError::WrongNetwork { place, .. } => {
            Problem::new(422, "wrong-network", "The record is for another network")
                .detail(detail)
                .pointer(format!("/records/{place}/network"))
        }
        AdmissionError::UnknownMember(_) => {
            Problem::new(422, "unknown-member", "The sponsor is not a member of the network")
                .detail(detail)
                .pointer("/sponsor")
        }
        AdmissionError::Repeated { place } => {
            Problem::new(422, "repeated", "A record stands in the batch twice").pointer(format!("/records/{place}"))
        }
        AdmissionError::Signature(BatchError::Author(place)) => {
            bad_signature(detail).pointer(format!("/records/{place}/signature"))
        }
        AdmissionError::Signature(_) => bad_signature(detail).pointer("/signature"),
        AdmissionError::Stopping => Problem::new(503, "unavailable", "The node is stopping"),
    }
}

fn bad_signature(detail: String) -> Problem {
    Problem::new(422, "bad-signature", "A signature does not hold").detail(detail)
}

/// The sponsor is not the member that sends the records.
pub fn other_sponsor() -> Problem {
    Problem::new(403, "wrong-sponsor", "Records are sent by the member that sponsors them")
}

/// The problem of a store that failed; the cause goes to the log.
pub fn store(error: StoreError) -> Problem {
    Problem::internal(error)
}

/// The problem of an attachment.
pub fn attachment(error: AttachmentError) -> Problem {
    match error {
        AttachmentError::Digest(found) => {
            Problem::new(422, "digest-mismatch", "The bytes are not those that the digest names")
                .with("digest", found.to_string())
        }
        AttachmentError::TooLarge(limit) => {
            Problem::new(413, "too-large", "The body is too large").with("limit", limit)
        }
        error @ (AttachmentError::Store(_) | AttachmentError::Folder(_)) => Problem::internal(error),
    }
}

/// A path or query that names nothing.
pub fn malformed(detail: impl Into<String>) -> Problem {
    Problem::new(400, "malformed", "The request is malformed").detail(detail)
}
