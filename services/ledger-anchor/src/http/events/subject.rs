//! What a record is about, by which clients filter events.

use kontor_ledger::record::{Body, Record};

/// The ids that the record names: document, claim, case, grant, attestation or digest, as 64 digits each, or a
/// certificate's serial number, as 32.
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
        Body::ClaimReserve { claim } => vec![claim.document.to_string()],
        Body::ClaimFinance { claim } | Body::ClaimSettle { claim } | Body::ClaimRelease { claim } => {
            vec![claim.to_string()]
        }
        Body::SupervisionCaseOpen { case, .. } => case.documents.iter().map(ToString::to_string).collect(),
        Body::SupervisionAccess { access, .. } => vec![access.document.to_string(), access.case.to_string()],
        Body::SupervisionCaseClose { case } => vec![case.to_string()],
        Body::AnchorNotarise { digest } => vec![digest.to_string()],
        Body::NetworkCertificateIssue { certificate } => vec![certificate.serial.to_string()],
        Body::NetworkCertificateRevoke { serial, .. } => vec![serial.to_string()],
    }
}
