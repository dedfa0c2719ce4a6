//! Puts the authority's records on the ledger, and notes what the ledger said.

use std::sync::Arc;

use kontor_chassis::{
    database::Database,
    outbox::{Delivery, Failure},
};
use kontor_ledger::{
    batch::Batch,
    outcome::{Outcome, RefusalCode},
    record::Body,
};

use crate::{
    app::issuer::{Issuer, ToRecord},
    domain::certificate::Recording,
    error::Error,
    store,
};

/// Submits one record; the ledger knows it by its id, so that again is harmless.
pub async fn deliver(issuer: &Arc<Issuer>, database: &Database, delivery: Delivery) -> Result<(), Failure> {
    let unreadable = |error: serde_json::Error| Failure::GiveUp(format!("unreadable record: {error}"));
    let ToRecord { serial, record } = serde_json::from_value(delivery.payload).map_err(unreadable)?;
    let retry = |error: &dyn std::fmt::Display| Failure::Retry(error.to_string());
    let batch = Batch::sign(vec![record.clone()], issuer.operator, &issuer.sponsor)
        .map_err(|error| Failure::GiveUp(error.to_string()))?;
    let outcome = issuer.ledger.submit_one(&batch).await.map_err(|error| retry(&error))?.outcome;
    let issued = match &record.unsigned.body {
        Body::NetworkCertificateIssue { certificate } => Some(certificate),
        _ => None,
    };
    let said = match (outcome, issued) {
        (Outcome::Accepted, _) => Recording::Recorded,
        // Recorded by an instance whose database was lost; the same certificate, or the serial number was used twice.
        (Outcome::Refused(RefusalCode::SerialUsed), Some(issued)) => {
            match issuer.ledger.certificate(&serial).await.map_err(|error| retry(&error))? {
                Some(known) if known.terms == *issued => Recording::Recorded,
                _ => Recording::Refused(RefusalCode::SerialUsed.to_string()),
            }
        }
        // The member itself was faster.
        (Outcome::Refused(RefusalCode::CertificateRevoked), None) => Recording::Recorded,
        (Outcome::Refused(code), _) => Recording::Refused(code.to_string()),
    };
    let (noted, is_issue) = (said.clone(), issued.is_some());
    let note = move |c: &mut _| match is_issue {
        true => store::certificate::issued(c, &serial, &noted),
        false => store::certificate::revoked(c, &serial, &noted),
    };
    database.transaction("certificate-recorded", note).await.map_err(|error: Error| retry(&error))?;
    issuer.recorded.notify_waiters();
    match said {
        Recording::Refused(why) => Err(Failure::GiveUp(format!("the ledger refused the record: {why}"))),
        Recording::Pending | Recording::Recorded => Ok(()),
    }
}
