//! Documents and their versions, as the ledger has them.

use diesel::{dsl::exists, prelude::*};
use kontor_chassis::database::Connection;
use kontor_ledger::{record::RecordId, time::Timestamp};
use kontor_sealing::{DocumentId, Hash};

use super::{
    column::{big, count, json, millis, parse, small, time, to_json},
    schema::{document, document_grant, document_version, share},
};
use crate::{
    domain::{
        document::{Document, Place, Version},
        enterprise::AccountId,
        page::{Page, PageRequest},
    },
    error::Error,
};

#[derive(Queryable, Insertable)]
#[diesel(table_name = document)]
struct Row {
    id: String,
    account: Option<String>,
    schema_name: String,
    superseded_by: Option<String>,
    position: i64,
    registered_at: i64,
}

impl TryFrom<Row> for Document {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            id: parse("document.id", &row.id)?,
            owner: row.account.map(|account| parse("document.account", &account)).transpose()?,
            schema: row.schema_name,
            superseded_by: row.superseded_by.map(|id| parse("document.superseded_by", &id)).transpose()?,
            position: count("document.position", row.position)?,
            registered: time("document.registered_at", row.registered_at)?,
        })
    }
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = document_version)]
struct VersionRow {
    document: String,
    version: i32,
    root: String,
    attachment: String,
    header: String,
    record: String,
    position: i64,
    decided_at: i64,
}

impl TryFrom<VersionRow> for Version {
    type Error = Error;

    fn try_from(row: VersionRow) -> Result<Self, Error> {
        Ok(Self {
            header: json("document_version.header", &row.header)?,
            root: parse("document_version.root", &row.root)?,
            attachment: parse("document_version.attachment", &row.attachment)?,
            place: place(&row.record, row.position, row.decided_at)?,
        })
    }
}

pub(super) fn place(record: &str, position: i64, decided_at: i64) -> Result<Place, Error> {
    Ok(Place {
        record: parse("record", record)?,
        position: count("position", position)?,
        timestamp: time("decided_at", decided_at)?,
    })
}

/// Adds a document.
pub fn insert(c: &mut Connection, document: &Document) -> Result<(), Error> {
    let row = Row {
        id: document.id.to_string(),
        account: document.owner.map(|account| account.to_string()),
        schema_name: document.schema.clone(),
        superseded_by: None,
        position: big("document.position", document.position)?,
        registered_at: millis(document.registered),
    };
    diesel::insert_into(document::table).values(row).execute(c)?;
    Ok(())
}

/// Says what replaces a document.
pub fn supersede(c: &mut Connection, id: &DocumentId, by: &DocumentId) -> Result<(), Error> {
    diesel::update(document::table.find(id.to_string())).set(document::superseded_by.eq(by.to_string())).execute(c)?;
    Ok(())
}

/// Adds a version.
pub fn insert_version(c: &mut Connection, version: &Version) -> Result<(), Error> {
    let row = VersionRow {
        document: version.header.document.to_string(),
        version: small("document_version.version", version.header.version)?,
        root: version.root.to_string(),
        attachment: version.attachment.to_string(),
        header: to_json("document_version.header", &version.header)?,
        record: version.place.record.to_string(),
        position: big("document_version.position", version.place.position)?,
        decided_at: millis(version.place.timestamp),
    };
    diesel::insert_into(document_version::table).values(row).execute(c)?;
    Ok(())
}

/// One document.
pub fn find(c: &mut Connection, id: &DocumentId) -> Result<Option<Document>, Error> {
    let row: Option<Row> = document::table.find(id.to_string()).first(c).optional()?;
    row.map(Document::try_from).transpose()
}

/// A document's versions, oldest first.
pub fn versions(c: &mut Connection, id: &DocumentId) -> Result<Vec<Version>, Error> {
    let rows: Vec<VersionRow> = document_version::table
        .filter(document_version::document.eq(id.to_string()))
        .order(document_version::version.asc())
        .load(c)?;
    rows.into_iter().map(Version::try_from).collect()
}

/// The latest version's number.
pub fn latest_version(c: &mut Connection, id: &DocumentId) -> Result<Option<u32>, Error> {
    let latest: Option<i32> = document_version::table
        .filter(document_version::document.eq(id.to_string()))
        .select(document_version::version)
        .order(document_version::version.desc())
        .first(c)
        .optional()?;
    latest.map(|version| count("document_version.version", version)).transpose()
}

/// The digest of a version's sealed document.
pub fn attachment(c: &mut Connection, id: &DocumentId, version: u32) -> Result<Option<Hash>, Error> {
    let digest: Option<String> = document_version::table
        .find((id.to_string(), small("document_version.version", version)?))
        .select(document_version::attachment)
        .first(c)
        .optional()?;
    digest.map(|digest| parse("document_version.attachment", &digest)).transpose()
}

/// Documents that `account` registered or was granted, the latest registered first; cursors are positions.
pub fn list(
    c: &mut Connection,
    account: AccountId,
    page: &PageRequest<u64>,
    now: Timestamp,
) -> Result<Page<Document, u64>, Error> {
    let after = page.after.map_or(Ok(i64::MAX), |position| big("document.position", position))?;
    let shared = share::table
        .inner_join(document_grant::table.on(document_grant::record.eq(share::grant_record)))
        .filter(share::account.eq(account.to_string()))
        .filter(share::document.eq(document::id))
        .filter(document_grant::withdrawn_by.is_null())
        .filter(document_grant::expires_at.is_null().or(document_grant::expires_at.gt(millis(now))));
    let rows: Vec<Row> = document::table
        .filter(document::account.eq(account.to_string()).or(exists(shared)))
        .filter(document::position.lt(after))
        .order(document::position.desc())
        .limit(i64::from(page.limit) + 1)
        .select(document::all_columns)
        .load(c)?;
    let found = rows.into_iter().map(Document::try_from).collect::<Result<_, _>>()?;
    Ok(Page::of(found, page.limit, |document: &Document| document.position))
}

/// Whether this record anchored a version of the document.
pub fn is_indexed(c: &mut Connection, record: &RecordId) -> Result<bool, Error> {
    let found: i64 =
        document_version::table.filter(document_version::record.eq(record.to_string())).count().get_result(c)?;
    Ok(found > 0)
}
