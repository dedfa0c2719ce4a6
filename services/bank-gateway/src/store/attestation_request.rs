//! Requests for attestation.

use diesel::prelude::*;
use kontor_chassis::database::Connection;
use kontor_ledger::attestation::AttestationId;
use kontor_sealing::{EncryptionPublicKey, PublicKey};
use uuid::Uuid;

use super::{StoreError, page::Cursor, parse, schema::attestation_request as table};

/// An enterprise that asks for this bank's attestation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttestationRequest {
    /// The portal's id.
    pub id: Uuid,
    /// Its name on the portal.
    pub handle: String,
    /// What is to be attested.
    pub identity_key: PublicKey,
    /// The answer is sealed to it.
    pub encryption_key: EncryptionPublicKey,
    /// Who it says it is, sealed to the bank.
    pub sealed_profile: String,
    /// What became of it.
    pub decision: Option<Decision>,
    /// Milliseconds since 1970.
    pub received: i64,
}

/// The bank's decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Granted or declined.
    pub verdict: Verdict,
    /// Milliseconds since 1970.
    pub at: i64,
    /// Login of the officer.
    pub by: String,
}

/// Granted or declined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Attested.
    Granted {
        /// The attestation.
        attestation: AttestationId,
        /// With its identifiers, sealed to the enterprise.
        sealed: String,
        /// Milliseconds since 1970.
        expires: i64,
    },
    /// Not attested.
    Declined {
        /// Why; the enterprise reads it.
        reason: String,
    },
}

#[derive(Queryable)]
struct Row {
    id: String,
    handle: String,
    identity_key: String,
    encryption_key: String,
    sealed_profile: String,
    state: String,
    attestation: Option<String>,
    sealed_attestation: Option<String>,
    expires: Option<i64>,
    reason: Option<String>,
    received: i64,
    decided: Option<i64>,
    decided_by: Option<String>,
}

impl TryFrom<Row> for AttestationRequest {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        const STATE: StoreError = StoreError::Corrupt("attestation_request.state");
        let verdict = match row.state.as_str() {
            "requested" => None,
            "granted" => Some(Verdict::Granted {
                attestation: parse("attestation_request.attestation", &row.attestation.ok_or(STATE)?)?,
                sealed: row.sealed_attestation.ok_or(STATE)?,
                expires: row.expires.ok_or(STATE)?,
            }),
            "declined" => Some(Verdict::Declined { reason: row.reason.unwrap_or_default() }),
            _ => return Err(STATE),
        };
        let decided = |verdict| {
            Ok::<_, StoreError>(Decision {
                verdict,
                at: row.decided.ok_or(STATE)?,
                by: row.decided_by.clone().ok_or(STATE)?,
            })
        };
        Ok(Self {
            id: parse("attestation_request.id", &row.id)?,
            handle: row.handle,
            identity_key: parse("attestation_request.identity_key", &row.identity_key)?,
            encryption_key: parse("attestation_request.encryption_key", &row.encryption_key)?,
            sealed_profile: row.sealed_profile,
            decision: verdict.map(decided).transpose()?,
            received: row.received,
        })
    }
}

/// Adds an undecided request.
///
/// # Errors
/// [`StoreError`].
pub fn insert(connection: &mut Connection, new: &AttestationRequest) -> Result<(), StoreError> {
    let row = (
        table::id.eq(new.id.to_string()),
        table::handle.eq(&new.handle),
        table::identity_key.eq(new.identity_key.to_string()),
        table::encryption_key.eq(new.encryption_key.to_string()),
        table::sealed_profile.eq(&new.sealed_profile),
        table::state.eq("requested"),
        table::received.eq(new.received),
    );
    diesel::insert_into(table::table).values(row).execute(connection)?;
    Ok(())
}

/// One request.
///
/// # Errors
/// [`StoreError`].
pub fn find(connection: &mut Connection, id: &Uuid) -> Result<Option<AttestationRequest>, StoreError> {
    let row = table::table.find(id.to_string()).first::<Row>(connection).optional()?;
    row.map(AttestationRequest::try_from).transpose()
}

/// Writes a decision.
///
/// # Errors
/// [`StoreError`].
pub fn decide(connection: &mut Connection, id: &Uuid, decision: &Decision) -> Result<(), StoreError> {
    let target = table::table.find(id.to_string());
    let decided = (table::decided.eq(decision.at), table::decided_by.eq(&decision.by));
    match &decision.verdict {
        Verdict::Granted { attestation, sealed, expires } => {
            let granted = (
                table::state.eq("granted"),
                table::attestation.eq(attestation.to_string()),
                table::sealed_attestation.eq(sealed),
                table::expires.eq(*expires),
            );
            diesel::update(target).set((granted, decided)).execute(connection)?
        }
        Verdict::Declined { reason } => {
            let declined = (table::state.eq("declined"), table::reason.eq(reason));
            diesel::update(target).set((declined, decided)).execute(connection)?
        }
    };
    Ok(())
}

/// Requests after `start`, newest first, `limit` and one more.
///
/// # Errors
/// [`StoreError`].
pub fn list(
    connection: &mut Connection,
    start: Option<&Cursor>,
    limit: i64,
) -> Result<Vec<AttestationRequest>, StoreError> {
    let mut query = table::table.into_boxed();
    if let Some(Cursor { at, id }) = start {
        query = query.filter(table::received.lt(*at).or(table::received.eq(*at).and(table::id.lt(id.clone()))));
    }
    let order = (table::received.desc(), table::id.desc());
    let rows = query.order(order).limit(limit.saturating_add(1)).load::<Row>(connection)?;
    rows.into_iter().map(AttestationRequest::try_from).collect()
}
