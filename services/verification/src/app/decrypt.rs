//! Gives the member's share of an escrow decryption, for an access that its own node holds as final and accepted.

use kontor_ledger::{receipt, record::RecordId};
use kontor_sealing::{document::DocumentId, escrow::Partial};

use super::{Verification, error::AppError, gather, keys::rng};
use crate::{domain::access, store::partial_decryption};

/// The partial decryption of a document's capsule.
///
/// # Errors
/// [`AppError::UnknownAccess`], [`AppError::Access`], [`AppError::Capsule`].
pub async fn decrypt(
    service: &Verification,
    access_record: RecordId,
    document: DocumentId,
    version: u32,
) -> Result<Partial, AppError> {
    let found = service.ledger.receipt(&access_record).await?.ok_or(AppError::UnknownAccess)?;
    let proven = receipt::verify(&found, &service.keys.network).map_err(|_| AppError::Inconsistent("a receipt"))?;
    if proven.record != access_record {
        return Err(AppError::Inconsistent("a receipt"));
    }
    access::permitted(&found, &proven, &document, version)?;
    let (_, anchored) = gather::document(&service.ledger, &document, version).await?;
    let (header, _) = gather::anchor(&service.ledger, &anchored).await?;
    let partial =
        service.keys.decryption.partial(&header, &service.keys.escrow, &mut rng()).map_err(|_| AppError::Capsule)?;
    // Given only after it is noted: members can show later what they took part in.
    service
        .database
        .transaction("note-partial-decryption", move |connection| {
            partial_decryption::note(connection, &access_record, &document, version).map_err(AppError::from)
        })
        .await?;
    Ok(partial)
}
