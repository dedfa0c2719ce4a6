//! The bank's claim for an application; its private key only sealed.

use diesel::prelude::*;
use kontor_chassis::database::Connection;
use kontor_ledger::record::ClaimId;
use kontor_sealing::PublicKey;
use uuid::Uuid;

use super::{StoreError, millis, parse, schema::claim, time};
use crate::domain::claim::ClaimTerms;

/// A claim from its key to the ledger's acceptance.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The application.
    pub application: Uuid,
    /// The one-time key.
    pub key: PublicKey,
    /// Its private part, sealed to the bank's own key.
    pub sealed_key: String,
    /// What the seller's proof speaks of.
    pub terms: ClaimTerms,
    /// The evidence in use.
    pub evidence: Option<Uuid>,
    /// That evidence, sealed to the bank.
    pub sealed_evidence: Option<String>,
    /// The reservation that the ledger accepted: the claim's id.
    pub record: Option<ClaimId>,
    /// Its position in the log.
    pub position: Option<u64>,
}

#[derive(Queryable)]
struct Row {
    application: String,
    public_key: String,
    sealed_key: String,
    advance_rate: i32,
    expires: i64,
    evidence: Option<String>,
    sealed_evidence: Option<String>,
    record: Option<String>,
    position: Option<i64>,
}

impl TryFrom<Row> for Claim {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let advance_rate = u16::try_from(row.advance_rate).map_err(|_| StoreError::Corrupt("claim.advance_rate"))?;
        Ok(Self {
            application: parse("claim.application", &row.application)?,
            key: parse("claim.public_key", &row.public_key)?,
            sealed_key: row.sealed_key,
            terms: ClaimTerms { advance_rate, expires: time("claim.expires", row.expires)? },
            evidence: row.evidence.map(|id| parse("claim.evidence", &id)).transpose()?,
            sealed_evidence: row.sealed_evidence,
            record: row.record.map(|id| parse("claim.record", &id)).transpose()?,
            position: row.position.and_then(|position| u64::try_from(position).ok()),
        })
    }
}

/// The claim of an application.
///
/// # Errors
/// [`StoreError`].
pub fn find(connection: &mut Connection, application: &Uuid) -> Result<Option<Claim>, StoreError> {
    let row = claim::table.find(application.to_string()).first::<Row>(connection).optional()?;
    row.map(Claim::try_from).transpose()
}

/// Adds a claim that has a key and terms.
///
/// # Errors
/// [`StoreError`].
pub fn insert(connection: &mut Connection, new: &Claim) -> Result<(), StoreError> {
    let row = (
        claim::application.eq(new.application.to_string()),
        claim::public_key.eq(new.key.to_string()),
        claim::sealed_key.eq(&new.sealed_key),
        claim::advance_rate.eq(i32::from(new.terms.advance_rate)),
        claim::expires.eq(millis(new.terms.expires)),
    );
    diesel::insert_into(claim::table).values(row).execute(connection)?;
    Ok(())
}

/// Writes everything of a claim that changes.
///
/// # Errors
/// [`StoreError`].
pub fn save(connection: &mut Connection, changed: &Claim) -> Result<(), StoreError> {
    let set = (
        claim::advance_rate.eq(i32::from(changed.terms.advance_rate)),
        claim::expires.eq(millis(changed.terms.expires)),
        claim::evidence.eq(changed.evidence.map(|id| id.to_string())),
        claim::sealed_evidence.eq(&changed.sealed_evidence),
        claim::record.eq(changed.record.map(|id| id.to_string())),
        claim::position.eq(changed.position.and_then(|position| i64::try_from(position).ok())),
    );
    diesel::update(claim::table.find(changed.application.to_string())).set(set).execute(connection)?;
    Ok(())
}
