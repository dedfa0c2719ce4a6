//! Applications.

use diesel::prelude::*;
use kontor_chassis::database::{Connection, now_ms};
use kontor_ledger::{
    checks::CheckReport,
    record::{NearMatchAction, RecordId},
};
use kontor_sealing::{EncryptionPublicKey, PublicKey, document::DocumentId};
use uuid::Uuid;

use super::{StoreError, from_json, page::Cursor, parse, schema::application, to_json, version_column, version_value};
use crate::domain::{application::State, verdict::Reason};

/// A request for financing and how far it is.
#[derive(Debug, Clone)]
pub struct Application {
    /// The portal's id of the request.
    pub id: Uuid,
    /// The document.
    pub document: DocumentId,
    /// Its version.
    pub version: u32,
    /// The grant to this bank.
    pub grant_record: RecordId,
    /// What the seller asks for, sealed to the bank.
    pub sealed_terms: String,
    /// The seller's identity key on the portal.
    pub identity_key: PublicKey,
    /// Offers are sealed to it.
    pub encryption_key: EncryptionPublicKey,
    /// Where it stands.
    pub state: State,
    /// Why it stands there.
    pub reasons: Vec<Reason>,
    /// Number of the last status told to the portal.
    pub sequence: i64,
    /// What was opened, sealed to the bank's own key.
    pub opened: Option<String>,
    /// The verification service's report.
    pub report: Option<CheckReport>,
    /// Whether an officer's word is or was needed.
    pub near_match: bool,
    /// The officer's word.
    pub acknowledgement: Option<NearMatchAction>,
    /// Milliseconds since 1970.
    pub received: i64,
    /// Milliseconds since 1970.
    pub updated: i64,
}

#[derive(Queryable)]
struct Row {
    id: String,
    document: String,
    version: i32,
    grant_record: String,
    sealed_terms: String,
    identity_key: String,
    encryption_key: String,
    state: String,
    reasons: String,
    sequence: i64,
    opened: Option<String>,
    report: Option<String>,
    near_match: i32,
    acknowledgement: Option<String>,
    received: i64,
    updated: i64,
    _changed_by: String,
}

impl TryFrom<Row> for Application {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: parse("application.id", &row.id)?,
            document: parse("application.document", &row.document)?,
            version: version_value(row.version)?,
            grant_record: parse("application.grant_record", &row.grant_record)?,
            sealed_terms: row.sealed_terms,
            identity_key: parse("application.identity_key", &row.identity_key)?,
            encryption_key: parse("application.encryption_key", &row.encryption_key)?,
            state: parse("application.state", &row.state)?,
            reasons: from_json("application.reasons", &row.reasons)?,
            sequence: row.sequence,
            opened: row.opened,
            report: row.report.map(|report| from_json("application.report", &report)).transpose()?,
            near_match: row.near_match != 0,
            acknowledgement: row.acknowledgement.as_deref().map(action).transpose()?,
            received: row.received,
            updated: row.updated,
        })
    }
}

fn action(text: &str) -> Result<NearMatchAction, StoreError> {
    match text {
        "proceed" => Ok(NearMatchAction::Proceed),
        "ask-buyer" => Ok(NearMatchAction::AskBuyer),
        _ => Err(StoreError::Corrupt("application.acknowledgement")),
    }
}

const fn action_name(action: NearMatchAction) -> &'static str {
    match action {
        NearMatchAction::Proceed => "proceed",
        NearMatchAction::AskBuyer => "ask-buyer",
    }
}

/// Adds a new application.
///
/// # Errors
/// [`StoreError`].
pub fn insert(connection: &mut Connection, new: &Application) -> Result<(), StoreError> {
    let row = (
        application::id.eq(new.id.to_string()),
        application::document.eq(new.document.to_string()),
        application::version.eq(version_column(new.version)?),
        application::grant_record.eq(new.grant_record.to_string()),
        application::sealed_terms.eq(&new.sealed_terms),
        application::identity_key.eq(new.identity_key.to_string()),
        application::encryption_key.eq(new.encryption_key.to_string()),
        application::state.eq(new.state.name()),
        application::reasons.eq(to_json("application.reasons", &new.reasons)?),
        application::sequence.eq(new.sequence),
        application::near_match.eq(0),
        application::received.eq(new.received),
        application::updated.eq(new.updated),
        application::changed_by.eq("receive-financing-request"),
    );
    diesel::insert_into(application::table).values(row).execute(connection)?;
    Ok(())
}

/// One application.
///
/// # Errors
/// [`StoreError`].
pub fn find(connection: &mut Connection, id: &Uuid) -> Result<Option<Application>, StoreError> {
    let row = application::table.find(id.to_string()).first::<Row>(connection).optional()?;
    row.map(Application::try_from).transpose()
}

/// Writes everything of an application that changes, and which transaction did it.
///
/// # Errors
/// [`StoreError`].
pub fn save(connection: &mut Connection, changed: &Application, by: &str) -> Result<(), StoreError> {
    let report = changed.report.as_ref().map(|report| to_json("application.report", report)).transpose()?;
    let set = (
        application::state.eq(changed.state.name()),
        application::reasons.eq(to_json("application.reasons", &changed.reasons)?),
        application::sequence.eq(changed.sequence),
        application::opened.eq(&changed.opened),
        application::report.eq(report),
        application::near_match.eq(i32::from(changed.near_match)),
        application::acknowledgement.eq(changed.acknowledgement.map(action_name)),
        application::updated.eq(now_ms()),
        application::changed_by.eq(by),
    );
    diesel::update(application::table.find(changed.id.to_string())).set(set).execute(connection)?;
    Ok(())
}

/// Applications after `start`, newest first, `limit` and one more.
///
/// # Errors
/// [`StoreError`].
pub fn list(connection: &mut Connection, start: Option<&Cursor>, limit: i64) -> Result<Vec<Application>, StoreError> {
    let mut query = application::table.into_boxed();
    if let Some(Cursor { at, id }) = start {
        let older = application::received.lt(*at);
        query = query.filter(older.or(application::received.eq(*at).and(application::id.lt(id.clone()))));
    }
    let order = (application::received.desc(), application::id.desc());
    let rows = query.order(order).limit(limit.saturating_add(1)).load::<Row>(connection)?;
    rows.into_iter().map(Application::try_from).collect()
}
