//! Certificates that were issued, and who may have one renewed or revoked; pure.

use std::collections::BTreeSet;

use kontor_chassis::{
    auth::Peer,
    ca::{Details, Request},
};
use kontor_ledger::{
    member::MemberId,
    network_certificate::{CertificateSerial, CertificateTerms, RevocationReason},
    record::RecordId,
    time::Timestamp,
};
use kontor_sealing::Hash;

/// The operator's identity that may revoke every member's certificates (CN).
pub const ADMINISTRATOR: &str = "administrator";

/// How far a record has come on its way to the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recording {
    /// It is on its way.
    Pending,
    /// The ledger accepted it.
    Recorded,
    /// The ledger refused it.
    Refused(String),
}

/// A certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// What the ledger records of it.
    pub terms: CertificateTerms,
    /// SM3 of its public key.
    pub public_key: Hash,
    /// Leaf and intermediate, PEM.
    pub chain: String,
    /// The record of its issue.
    pub record: RecordId,
    /// Where that is.
    pub recording: Recording,
}

/// A revocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// Of which certificate.
    pub serial: CertificateSerial,
    /// Why.
    pub reason: RevocationReason,
    /// Since when.
    pub at: Timestamp,
    /// When the certificate expires anyway.
    pub expires: Timestamp,
    /// The record of the revocation.
    pub record: RecordId,
    /// Where that is.
    pub recording: Recording,
}

/// Why a certificate is not issued to whoever asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RenewalError {
    /// It asks in somebody else's name.
    #[error("a certificate may be renewed for the caller's own member and service only")]
    Another,
    /// It asks for names that it does not have.
    #[error("the request names a host that the caller's certificate does not name")]
    Names,
}

/// Whether the holder of a valid certificate may have what it requests: the same member and service, no new name.
///
/// # Errors
/// [`RenewalError`].
pub fn may_renew(held: &Details, request: &Request) -> Result<(), RenewalError> {
    if held.peer != request.peer {
        return Err(RenewalError::Another);
    }
    let names: BTreeSet<String> = held.names.iter().map(|name| name.to_ascii_lowercase()).collect();
    let known = request.names.iter().all(|name| names.contains(&name.to_ascii_lowercase()));
    if known { Ok(()) } else { Err(RenewalError::Names) }
}

/// Whether `peer` may revoke a certificate of `member`: the member itself, and the operator's administrator.
pub fn may_revoke(peer: &Peer, operator: &MemberId, member: &MemberId) -> bool {
    peer.member == member.as_str() || (peer.member == operator.as_str() && peer.service == ADMINISTRATOR)
}

/// What the ledger records of a chain, and the digest of its public key; `None` if it is not a certificate of a member.
pub fn terms(chain: &str) -> Option<(CertificateTerms, Hash)> {
    let leaf = kontor_chassis::ca::details::leaf(chain).ok()?;
    let details = Details::of(&leaf)?;
    let time = |seconds: i64| Timestamp::from_millis(u64::try_from(seconds).ok()?.checked_mul(1_000)?).ok();
    let terms = CertificateTerms {
        member: details.peer.member.parse().ok()?,
        service: details.peer.service,
        serial: details.serial.parse().ok()?,
        fingerprint: Hash::sm3(&[&leaf]),
        not_before: time(details.validity.not_before)?,
        not_after: time(details.validity.not_after)?,
    };
    Some((terms, Hash::sm3(&[&details.key])))
}

#[cfg(test)]
mod tests {
    use kontor_chassis::ca::{Validity, request};

    use super::*;

    fn peer(member: &str, service: &str) -> Peer {
        Peer { member: member.to_owned(), service: service.to_owned() }
    }

    fn names(all: &[&str]) -> Vec<String> {
        all.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn one_renews_only_what_one_has() {
        let held = Details {
            serial: "40".to_owned(),
            peer: peer("AURUDEFF", "bank-gateway"),
            names: names(&["localhost", "bank-a.localhost", "127.0.0.1"]),
            validity: Validity { not_before: 0, not_after: 1 },
            key: Vec::new(),
        };
        let key = request::new_key().unwrap();
        let ask = |who: Peer, all: &[&str]| {
            may_renew(&held, &Request::read(&request::request(&key, &who, &names(all)).unwrap()).unwrap())
        };
        assert_eq!(ask(held.peer.clone(), &["localhost", "127.0.0.1"]), Ok(()));
        assert_eq!(ask(held.peer.clone(), &["Bank-A.localhost"]), Ok(()));
        assert_eq!(ask(held.peer.clone(), &["bank-b.localhost"]), Err(RenewalError::Names));
        assert_eq!(ask(peer("AURUDEFF", "ledger-anchor"), &[]), Err(RenewalError::Another));
        assert_eq!(ask(peer("BOREFRPP", "bank-gateway"), &[]), Err(RenewalError::Another));
    }

    #[test]
    fn the_member_and_the_administrator_revoke() {
        let (operator, member) = ("KNTRDE21".parse().unwrap(), "AURUDEFF".parse().unwrap());
        for (who, may) in [
            (peer("AURUDEFF", "bank-gateway"), true),
            (peer("KNTRDE21", ADMINISTRATOR), true),
            (peer("KNTRDE21", "enterprise-portal"), false),
            (peer("BOREFRPP", ADMINISTRATOR), false),
        ] {
            assert_eq!(may_revoke(&who, &operator, &member), may, "{who:?}");
        }
    }
}
