//! Taking over what the operator's services send: once each, however often it comes.

use kontor_chassis::{
    database::{Connection, now_ms},
    outbox,
};
use serde_json::Value;
use uuid::Uuid;

use super::{
    check::CHECK,
    error::AppError,
    tell::{self, With},
};
use crate::{
    domain::application::State,
    store::{
        application::{self, Application},
        attestation_request::{self, AttestationRequest},
        lead,
    },
};

/// Whether something was new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// Taken over now.
    New,
    /// Taken over before.
    Before,
}

/// Takes over a request for attestation.
///
/// # Errors
/// [`AppError::Differs`] if the id came with other content.
pub fn attestation_request(connection: &mut Connection, new: &AttestationRequest) -> Result<Received, AppError> {
    match attestation_request::find(connection, &new.id)? {
        Some(known) => {
            let same = known.identity_key == new.identity_key && known.sealed_profile == new.sealed_profile;
            if same { Ok(Received::Before) } else { Err(AppError::Differs) }
        }
        None => {
            attestation_request::insert(connection, new)?;
            Ok(Received::New)
        }
    }
}

/// A request for financing as it comes.
#[derive(Debug, Clone)]
pub struct NewApplication {
    /// The portal's id.
    pub id: Uuid,
    /// The document.
    pub document: kontor_sealing::DocumentId,
    /// Its version.
    pub version: u32,
    /// The grant to this bank.
    pub grant_record: kontor_ledger::RecordId,
    /// Sealed to the bank.
    pub sealed_terms: String,
    /// The seller's.
    pub identity_key: kontor_sealing::PublicKey,
    /// The seller's.
    pub encryption_key: kontor_sealing::EncryptionPublicKey,
}

/// Takes over a request for financing; the checks begin.
///
/// # Errors
/// [`AppError::Differs`] if the id came with other content.
pub fn financing_request(connection: &mut Connection, new: &NewApplication) -> Result<Received, AppError> {
    if let Some(known) = application::find(connection, &new.id)? {
        let same = known.document == new.document
            && known.version == new.version
            && known.grant_record == new.grant_record
            && known.sealed_terms == new.sealed_terms;
        return if same { Ok(Received::Before) } else { Err(AppError::Differs) };
    }
    let now = now_ms();
    let mut application = Application {
        id: new.id,
        document: new.document,
        version: new.version,
        grant_record: new.grant_record,
        sealed_terms: new.sealed_terms.clone(),
        identity_key: new.identity_key,
        encryption_key: new.encryption_key,
        state: State::Checking,
        reasons: Vec::new(),
        sequence: 0,
        opened: None,
        report: None,
        near_match: false,
        acknowledgement: None,
        received: now,
        updated: now,
    };
    tell::portal(connection, &mut application, With::default())?;
    application::insert(connection, &application)?;
    let id = new.id.to_string();
    outbox::enqueue(connection, CHECK, &id, &new.id, &id)?;
    Ok(Received::New)
}

/// Takes over a lead.
///
/// # Errors
/// [`AppError::Differs`] if the id came with other content.
pub fn new_lead(connection: &mut Connection, id: &Uuid, content: &Value) -> Result<Received, AppError> {
    match lead::find(connection, id)? {
        Some(known) if known == *content => Ok(Received::Before),
        Some(_) => Err(AppError::Differs),
        None => {
            lead::insert(connection, id, content)?;
            Ok(Received::New)
        }
    }
}
