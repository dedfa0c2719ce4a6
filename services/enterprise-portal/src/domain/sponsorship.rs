//! What the operator relays: signed records of enterprises, for this network, with its own name as sponsor.

use kontor_ledger::{
    encoding::to_cbor,
    member::MemberId,
    record::{Body, Record, RecordId},
};
use kontor_sealing::{Hash, SignatureError};

/// The largest record that an enterprise needs, header, grants and proofs included.
pub const MAX_RECORD_BYTES: usize = 256 * 1024;

/// Why a record is not relayed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotSponsored {
    /// Signed for another network.
    #[error("the record names another network")]
    WrongNetwork,
    /// Signed for relay by another member.
    #[error("the record names {0} as its sponsor, not this portal's operator")]
    OtherSponsor(MemberId),
    /// Larger than [`MAX_RECORD_BYTES`].
    #[error("the record has {0} bytes; at most {MAX_RECORD_BYTES} are relayed")]
    TooLarge(usize),
    /// A kind that enterprises do not author.
    #[error("records of this kind are not relayed by a portal")]
    Kind,
    /// The author's signature does not hold.
    #[error("the author's signature does not hold")]
    Signature(#[source] SignatureError),
}

/// The record's id, if it may be sponsored.
///
/// # Errors
/// Any [`NotSponsored`].
pub fn check(record: &Record, network: &Hash, sponsor: &MemberId) -> Result<RecordId, NotSponsored> {
    if record.unsigned.network != *network {
        return Err(NotSponsored::WrongNetwork);
    }
    if record.sponsor != *sponsor {
        return Err(NotSponsored::OtherSponsor(record.sponsor));
    }
    kind(&record.unsigned.body).ok_or(NotSponsored::Kind)?;
    let size = to_cbor(record).len();
    if size > MAX_RECORD_BYTES {
        return Err(NotSponsored::TooLarge(size));
    }
    let id = record.id();
    record.verify_author(&id).map_err(NotSponsored::Signature)?;
    Ok(id)
}

/// The kind's name, for the kinds that enterprises author.
pub const fn kind(body: &Body) -> Option<&'static str> {
    match body {
        Body::DocumentRegister { .. } => Some("document-register"),
        Body::DocumentAmend { .. } => Some("document-amend"),
        Body::DocumentEndorse { .. } => Some("document-endorse"),
        Body::DocumentSupersede { .. } => Some("document-supersede"),
        Body::GrantGive { .. } => Some("grant-give"),
        Body::GrantWithdraw { .. } => Some("grant-withdraw"),
        Body::ReceivableAcknowledge { .. } => Some("receivable-acknowledge"),
        Body::ReceivableSplit { .. } => Some("receivable-split"),
        Body::ReceivableTransfer { .. } => Some("receivable-transfer"),
        Body::ReceivableSettle { .. } => Some("receivable-settle"),
        Body::ClaimAppeal { .. } => Some("claim-appeal"),
        Body::NetworkAttestationWithdraw { .. }
        | Body::ClaimReserve { .. }
        | Body::ClaimFinance { .. }
        | Body::ClaimSettle { .. }
        | Body::ClaimRelease { .. }
        | Body::SupervisionCaseOpen { .. }
        | Body::SupervisionAccess { .. }
        | Body::SupervisionCaseClose { .. }
        | Body::SupervisionAlert { .. }
        // A bank states the fingerprints that a receivable is issued under, and takes it in pledge.
        | Body::ReceivableIssue { .. }
        | Body::ReceivableFinance { .. }
        | Body::AnchorNotarise { .. }
        | Body::NetworkPropose { .. }
        | Body::NetworkVote { .. }
        | Body::NetworkKeyRotate { .. }
        | Body::NetworkLeave
        | Body::NetworkCertificateIssue { .. }
        | Body::NetworkCertificateRevoke { .. } => None,
    }
}

/// The sealed document that a record anchors.
pub const fn attachment(body: &Body) -> Option<&Hash> {
    match body {
        Body::DocumentRegister { attachment, .. } | Body::DocumentAmend { attachment, .. } => Some(attachment),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use kontor_ledger::record::{Endorsement, Nonce, Unsigned};
    use kontor_sealing::SigningKey;

    use super::*;

    fn endorsement(key: &SigningKey) -> Unsigned {
        let body = Body::DocumentEndorse {
            document: Hash::sm3(&[b"document"]).into(),
            version: 1,
            root: Hash::sm3(&[b"root"]),
            action: Endorsement::Confirm,
        };
        Unsigned { network: Hash::sm3(&[b"network"]), body, nonce: Nonce(1), author: key.public() }
    }

    #[test]
    fn only_what_was_signed_for_this_portal_is_relayed() {
        let key = SigningKey::from_seed(&[1; 32]);
        let network = Hash::sm3(&[b"network"]);
        let operator: MemberId = "KNTRDE21".parse().unwrap();
        let bank: MemberId = "AURUDEFF".parse().unwrap();

        let record = endorsement(&key).sign(&key, operator);
        assert_eq!(check(&record, &network, &operator), Ok(record.id()));
        assert_eq!(check(&record, &Hash::sm3(&[b"other"]), &operator), Err(NotSponsored::WrongNetwork));
        assert_eq!(check(&record, &network, &bank), Err(NotSponsored::OtherSponsor(operator)));

        let relabelled = Record { sponsor: bank, ..record.clone() };
        assert_eq!(check(&relabelled, &network, &bank), Err(NotSponsored::Signature(SignatureError::Mismatch)));

        let anchor = Body::AnchorNotarise { digest: network };
        let record = Unsigned { body: anchor, ..endorsement(&key) }.sign(&key, operator);
        assert_eq!(check(&record, &network, &operator), Err(NotSponsored::Kind));
    }
}
