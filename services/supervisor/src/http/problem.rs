//! Which problem each refusal becomes.

use kontor_chassis::Problem;

use crate::domain::filing::FilingRefusal;

/// The problem of a filing's refusal.
pub fn of(refusal: FilingRefusal) -> Problem {
    let (status, slug, pointer) = match refusal {
        FilingRefusal::State(_) => (409, "wrong-state", None),
        FilingRefusal::Threshold { .. } => (409, "approvals-missing", None),
        FilingRefusal::ApprovedAlready => (409, "approved-already", Some("/officer")),
        FilingRefusal::NotAnOfficer => (422, "not-an-officer", Some("/officer")),
        FilingRefusal::Signature => (422, "bad-signature", Some("/signature")),
        FilingRefusal::RecordDiffers => (422, "record-differs", Some("/record/body")),
        FilingRefusal::RecordElsewhere => (422, "wrong-network", Some("/record")),
    };
    let problem = Problem::new(status, slug, "The filing cannot take this step").detail(refusal.to_string());
    match pointer {
        Some(pointer) => problem.pointer(pointer),
        None => problem,
    }
}

/// The case lists documents, and this is none of them.
pub fn beyond_the_case() -> Problem {
    Problem::new(422, "beyond-the-case", "The case does not cover this document").pointer("/document")
}

/// A partial decryption whose proof does not hold.
pub fn bad_partial() -> Problem {
    Problem::new(422, "bad-partial", "The partial decryption's proof does not hold").pointer("/partial")
}

/// Not enough shares to read the document yet.
pub fn shares_missing(officers: usize, network: usize) -> Problem {
    Problem::new(409, "shares-missing", "Not enough partial decryptions yet")
        .with("officerShares", officers)
        .with("networkShares", network)
}
