//! The only mapping from the portal's errors to problem types and status codes.

use kontor_chassis::Problem;

use crate::{domain::sponsorship::NotSponsored, error::Error};

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let text = error.to_string();
        match error {
            Error::Database(error) => error.into(),
            Error::Enqueue(error) => error.into(),
            Error::Account(error) => error.into(),
            Error::Stored(_) => Self::internal(error),
            Error::NotFound => Self::not_found(),
            Error::Possession => {
                Self::new(422, "bad-signature", "A signature does not hold").detail(text).pointer("/signature")
            }
            Error::UnknownBank(_) => {
                Self::new(422, "unknown-bank", "There is no such bank").detail(text).pointer("/bank")
            }
            Error::UnknownParty(_) => Self::new(404, "unknown-party", "There is no such enterprise").detail(text),
            Error::AttestationAnswered(_) | Error::RoleAnswered(_) => {
                Self::new(409, "already-answered", "The request was answered before").detail(text)
            }
            Error::Financing(refusal) => Self::new(409, "wrong-state", "Not possible in this state")
                .detail(text)
                .with("state", refusal.state.name()),
            Error::NeitherBankNorOutline => Self::new(400, "schema", "The body does not satisfy its schema")
                .detail(text)
                .pointer("/bank")
                .pointer("/outline"),
            Error::UnknownVersion(_) => {
                Self::new(422, "unknown-version", "There is no such version").detail(text).pointer("/version")
            }
            Error::UnknownGrant => {
                Self::new(422, "unknown-grant", "There is no such grant").detail(text).pointer("/grantRecord")
            }
            Error::NotSponsored(reason) => not_sponsored(&reason),
            Error::AttachmentMissing => Self::new(422, "attachment-missing", "The sealed document is missing")
                .detail(text)
                .pointer("/body/attachment"),
            Error::AttachmentMismatch => {
                Self::new(422, "attachment-mismatch", "The record does not fit the sealed document")
                    .detail(text)
                    .pointer("/body/header")
                    .pointer("/body/root")
            }
            Error::Digest => Self::new(400, "digest-mismatch", "The digest is another one").detail(text),
            Error::NotSealed(_) => Self::new(400, "not-sealed", "Only sealed documents are stored").detail(text),
            Error::Ledger(_) => {
                Self::new(503, "ledger-unavailable", "The ledger does not answer").retry_after(2).caused_by(error)
            }
        }
    }
}

fn not_sponsored(reason: &NotSponsored) -> Problem {
    let (status, slug, pointer) = match reason {
        NotSponsored::WrongNetwork => (422, "wrong-network", "/network"),
        NotSponsored::OtherSponsor(_) => (422, "wrong-sponsor", "/sponsor"),
        NotSponsored::TooLarge(_) => (413, "too-large", ""),
        NotSponsored::Kind => (422, "kind-not-relayed", "/body/kind"),
        NotSponsored::Signature(_) => (422, "bad-signature", "/signature"),
    };
    Problem::new(status, slug, "The portal does not relay this record").detail(reason.to_string()).pointer(pointer)
}
