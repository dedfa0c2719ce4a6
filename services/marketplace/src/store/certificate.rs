//! Certificates, revocations and the revocation list.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use diesel::prelude::*;
use kontor_chassis::{
    auth::Peer,
    database::{Connection, now_ms},
};
use kontor_ledger::{
    network_certificate::{CertificateSerial, RevocationReason},
    time::Timestamp,
};
use kontor_sealing::Hash;

use super::schema::{certificate, revocation, revocation_list};
use crate::{
    domain::certificate::{Certificate, Recording, Revocation, terms},
    error::Error,
};

#[derive(Queryable, Insertable)]
#[diesel(table_name = certificate)]
struct Row {
    serial: String,
    member: String,
    service: String,
    public_key: String,
    chain: String,
    expires_at: i64,
    record: String,
    recorded_at: Option<i64>,
    refusal: Option<String>,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = revocation)]
struct RevocationRow {
    serial: String,
    reason: i32,
    revoked_at: i64,
    expires_at: i64,
    record: String,
    recorded_at: Option<i64>,
    refusal: Option<String>,
}

impl TryFrom<Row> for Certificate {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let (terms, public_key) = terms(&row.chain).ok_or(Error::Stored("certificate.chain"))?;
        Ok(Self {
            terms,
            public_key,
            chain: row.chain,
            record: row.record.parse().map_err(|_| Error::Stored("certificate.record"))?,
            recording: recording(row.recorded_at, row.refusal),
        })
    }
}

impl TryFrom<RevocationRow> for Revocation {
    type Error = Error;

    fn try_from(row: RevocationRow) -> Result<Self, Error> {
        let reason = u8::try_from(row.reason).ok().and_then(RevocationReason::from_code);
        Ok(Self {
            serial: row.serial.parse().map_err(|_| Error::Stored("revocation.serial"))?,
            reason: reason.ok_or(Error::Stored("revocation.reason"))?,
            at: time(row.revoked_at).ok_or(Error::Stored("revocation.revoked_at"))?,
            expires: time(row.expires_at).ok_or(Error::Stored("revocation.expires_at"))?,
            record: row.record.parse().map_err(|_| Error::Stored("revocation.record"))?,
            recording: recording(row.recorded_at, row.refusal),
        })
    }
}

fn recording(at: Option<i64>, refusal: Option<String>) -> Recording {
    match (at, refusal) {
        (Some(_), _) => Recording::Recorded,
        (None, Some(why)) => Recording::Refused(why),
        (None, None) => Recording::Pending,
    }
}

fn columns(recording: &Recording) -> (Option<i64>, Option<String>) {
    match recording {
        Recording::Pending => (None, None),
        Recording::Recorded => (Some(now_ms()), None),
        Recording::Refused(why) => (None, Some(why.clone())),
    }
}

fn time(millis: i64) -> Option<Timestamp> {
    Timestamp::from_millis(u64::try_from(millis).ok()?).ok()
}

fn millis(time: Timestamp) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// Adds a certificate.
pub fn insert(c: &mut Connection, new: &Certificate) -> Result<(), Error> {
    let (recorded_at, refusal) = columns(&new.recording);
    let row = Row {
        serial: new.terms.serial.to_string(),
        member: new.terms.member.to_string(),
        service: new.terms.service.clone(),
        public_key: new.public_key.to_string(),
        chain: new.chain.clone(),
        expires_at: millis(new.terms.not_after),
        record: new.record.to_string(),
        recorded_at,
        refusal,
    };
    diesel::insert_into(certificate::table).values(row).execute(c)?;
    Ok(())
}

/// One certificate.
pub fn find(c: &mut Connection, serial: &CertificateSerial) -> Result<Option<Certificate>, Error> {
    let row: Option<Row> = certificate::table.find(serial.to_string()).first(c).optional()?;
    row.map(Certificate::try_from).transpose()
}

/// The certificate of a public key that ends last.
pub fn of_key(c: &mut Connection, key: &Hash) -> Result<Option<Certificate>, Error> {
    let all = certificate::table.filter(certificate::public_key.eq(key.to_string()));
    let row: Option<Row> = all.order(certificate::expires_at.desc()).first(c).optional()?;
    row.map(Certificate::try_from).transpose()
}

/// How many certificates of a service end after a time, in milliseconds since 1970.
pub fn ending_after(c: &mut Connection, peer: &Peer, millis: i64) -> Result<i64, Error> {
    let all = certificate::table
        .filter(certificate::member.eq(&peer.member))
        .filter(certificate::service.eq(&peer.service))
        .filter(certificate::expires_at.gt(millis));
    Ok(all.count().get_result(c)?)
}

/// Notes what the ledger said of a certificate's issue.
pub fn issued(c: &mut Connection, serial: &CertificateSerial, said: &Recording) -> Result<(), Error> {
    let (at, refusal) = columns(said);
    let row = certificate::table.find(serial.to_string());
    diesel::update(row).set((certificate::recorded_at.eq(at), certificate::refusal.eq(refusal))).execute(c)?;
    Ok(())
}

/// Adds a revocation.
pub fn insert_revocation(c: &mut Connection, new: &Revocation) -> Result<(), Error> {
    let (recorded_at, refusal) = columns(&new.recording);
    let row = RevocationRow {
        serial: new.serial.to_string(),
        reason: new.reason.code().into(),
        revoked_at: millis(new.at),
        expires_at: millis(new.expires),
        record: new.record.to_string(),
        recorded_at,
        refusal,
    };
    diesel::insert_into(revocation::table).values(row).execute(c)?;
    Ok(())
}

/// A certificate's revocation.
pub fn find_revocation(c: &mut Connection, serial: &CertificateSerial) -> Result<Option<Revocation>, Error> {
    let row: Option<RevocationRow> = revocation::table.find(serial.to_string()).first(c).optional()?;
    row.map(Revocation::try_from).transpose()
}

/// Notes what the ledger said of a revocation.
pub fn revoked(c: &mut Connection, serial: &CertificateSerial, said: &Recording) -> Result<(), Error> {
    let (at, refusal) = columns(said);
    let row = revocation::table.find(serial.to_string());
    diesel::update(row).set((revocation::recorded_at.eq(at), revocation::refusal.eq(refusal))).execute(c)?;
    Ok(())
}

/// The revocations of certificates that expire after `now`.
pub fn revocations(c: &mut Connection, now: Timestamp) -> Result<Vec<Revocation>, Error> {
    let all = revocation::table.filter(revocation::expires_at.ge(millis(now))).order(revocation::serial);
    let rows: Vec<RevocationRow> = all.load(c)?;
    rows.into_iter().map(Revocation::try_from).collect()
}

/// The last list: its number, DER, and when the next one is due.
pub fn last_list(c: &mut Connection) -> Result<Option<(u64, Vec<u8>, Timestamp)>, Error> {
    let last = revocation_list::table.order(revocation_list::number.desc());
    let row: Option<(i64, String, i64)> = last.first(c).optional()?;
    let Some((number, list, next)) = row else { return Ok(None) };
    let list = BASE64_STANDARD.decode(list).map_err(|_| Error::Stored("revocation_list.list"))?;
    let number = u64::try_from(number).map_err(|_| Error::Stored("revocation_list.number"))?;
    Ok(Some((number, list, time(next).ok_or(Error::Stored("revocation_list.next_update"))?)))
}

/// Replaces the list.
pub fn replace_list(c: &mut Connection, number: u64, list: &[u8], next: Timestamp) -> Result<(), Error> {
    let number = i64::try_from(number).map_err(|_| Error::Stored("revocation_list.number"))?;
    diesel::delete(revocation_list::table).execute(c)?;
    let row = (
        revocation_list::number.eq(number),
        revocation_list::list.eq(BASE64_STANDARD.encode(list)),
        revocation_list::next_update.eq(millis(next)),
    );
    diesel::insert_into(revocation_list::table).values(row).execute(c)?;
    Ok(())
}
