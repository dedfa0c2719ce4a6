//! What a record is about, by which clients filter events.

use kontor_ledger::record::{Body, Record};

/// The ids that the record names: document, claim, receivable, case, grant, attestation or digest, as 64 digits each, or
/// a certificate's serial number, as 32.
pub fn subjects(record: &Record) -> Vec<String> {
    match &record.unsigned.body {
        Body::NetworkAttestationWithdraw { attestation } => vec![attestation.to_string()],
        Body::DocumentRegister { header, .. } | Body::DocumentAmend { header, .. } => {
            vec![header.document.to_string()]
        }
        Body::DocumentEndorse { document, .. } => vec![document.to_string()],
        Body::DocumentSupersede { document, by } => vec![document.to_string(), by.to_string()],
        Body::GrantGive { grant } => vec![grant.header.document.to_string()],
        Body::GrantWithdraw { document, grant } => vec![document.to_string(), grant.to_string()],
        Body::ClaimReserve { claim } => {
            let sources = claim.sources.iter().map(|source| source.document.to_string());
            [claim.document.to_string()].into_iter().chain(sources).collect()
        }
        Body::ClaimFinance { claim } | Body::ClaimSettle { claim } | Body::ClaimRelease { claim } => {
            vec![claim.to_string()]
        }
        Body::SupervisionCaseOpen { case, .. } => case.documents.iter().map(ToString::to_string).collect(),
        Body::SupervisionAccess { access, .. } => vec![access.document.to_string(), access.case.to_string()],
        Body::SupervisionCaseClose { case } => vec![case.to_string()],
        Body::AnchorNotarise { digest } => vec![digest.to_string()],
        Body::NetworkVote { proposal, .. } => vec![proposal.to_string()],
        Body::NetworkPropose { .. } | Body::NetworkKeyRotate { .. } | Body::NetworkLeave => Vec::new(),
        Body::ReceivableIssue { issue } => vec![issue.document.to_string()],
        Body::ReceivableAcknowledge { receivable }
        | Body::ReceivableSplit { receivable, .. }
        | Body::ReceivableTransfer { receivable, .. }
        | Body::ReceivableFinance { receivable, .. }
        | Body::ReceivableSettle { receivable } => vec![receivable.to_string()],
        Body::ClaimAppeal { appeal } => vec![appeal.document.to_string(), appeal.against.to_string()],
        Body::SupervisionAlert { alert } => {
            let documents = alert.documents.iter().map(ToString::to_string);
            documents.chain(alert.claims.iter().map(ToString::to_string)).collect()
        }
        Body::NetworkCertificateIssue { certificate } => vec![certificate.serial.to_string()],
        Body::NetworkCertificateRevoke { serial, .. } => vec![serial.to_string()],
    }
}
