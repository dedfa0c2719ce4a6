//! Runs the checks and signs the report.

use kontor_ledger::checks::{CheckFindings, CheckReport, CheckRequest};

use super::{Verification, error::AppError, gather};
use crate::domain::{authenticity, duplicate, over_financing};

/// The signed report on a request.
///
/// # Errors
/// [`AppError::UnknownDocument`], or that the own node does not answer.
pub async fn check(service: &Verification, request: &CheckRequest) -> Result<CheckReport, AppError> {
    let (facts, seen) = gather::facts(service, request).await?;
    let version = facts.document.version(request.version).ok_or(AppError::UnknownDocument)?;
    let holders = gather::holders(&service.ledger, &request.fingerprints).await?;
    let own = facts.positions_of(facts.live.iter().map(|claim| &claim.id));
    let checks = vec![
        authenticity::check(request, &facts),
        duplicate::check(&request.document, &holders, own),
        over_financing::check(version, request.claim.as_ref(), &facts),
    ];
    Ok(service.keys.report(CheckFindings {
        network: service.keys.network,
        bank: service.keys.member,
        document: request.document,
        version: request.version,
        issued: facts.now,
        checks,
        checkpoint: seen,
    }))
}
