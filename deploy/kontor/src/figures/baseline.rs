//! The same records as single durable rows of PostgreSQL, each in a transaction of its own.

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use diesel::{ExpressionMethods as _, PgConnection, QueryDsl as _, RunQueryDsl as _, sql_query};
use kontor_ledger::{encoding::to_cbor, record::Record};

use super::postgres::{Server, programs};

/// Connections, each with a client that waits for its commit.
pub const CLIENTS: usize = 8;

/// What a server did.
#[derive(Debug, Clone, PartialEq)]
pub struct Baseline {
    /// The server's version.
    pub version: String,
    /// Rows per second.
    pub rate: f64,
}

diesel::table! {
    /// Records as they are signed.
    records (id) {
        /// SM3 of the record without its signatures.
        id -> Binary,
        /// Canonical CBOR.
        record -> Binary,
    }
}

/// Whether there is a server to measure against.
///
/// # Errors
/// A line saying that there is none.
pub fn installed() -> Result<PathBuf, String> {
    programs().ok_or_else(|| "PostgreSQL is not installed (Debian, Ubuntu: apt-get install postgresql)".to_owned())
}

/// Inserts `load` into a fresh server below `folder`. Its data and log are on the disk that `folder` is on; a client
/// checks its record's author before it inserts the record, as a node does.
///
/// # Errors
/// One line saying what did not work.
pub fn measure(programs: &Path, folder: &Path, load: &[&Record]) -> Result<Baseline, String> {
    let rows: Vec<(&Record, Vec<u8>)> = load.iter().map(|record| (*record, to_cbor(*record))).collect();
    let server = Server::start(programs, folder)?;
    let mut first = server.connect()?;
    let version = Server::durable(&mut first)?;
    let made = sql_query("CREATE TABLE records (id bytea PRIMARY KEY, record bytea NOT NULL)").execute(&mut first);
    made.map_err(|error| format!("PostgreSQL makes no table: {error}"))?;
    let clients: Result<Vec<_>, _> = (0..CLIENTS).map(|_| server.connect()).collect();
    let clients = clients?;

    let since = Instant::now();
    let inserted: Result<Vec<usize>, String> = std::thread::scope(|scope| {
        let share = rows.len().div_ceil(CLIENTS).max(1);
        let threads: Vec<_> =
            clients.into_iter().zip(rows.chunks(share)).map(|(own, rows)| scope.spawn(|| insert(own, rows))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| Err("a client died".to_owned()))).collect()
    });
    let seconds = since.elapsed().as_secs_f64();
    inserted?;
    let kept: i64 = records::table.count().get_result(&mut first).map_err(|error| error.to_string())?;
    if usize::try_from(kept) != Ok(rows.len()) {
        return Err(format!("PostgreSQL kept {kept} of {} records", rows.len()));
    }
    Ok(Baseline { version, rate: rows.len() as f64 / seconds })
}

/// One client's part, each row committed before the next.
fn insert(mut connection: PgConnection, rows: &[(&Record, Vec<u8>)]) -> Result<usize, String> {
    for (record, bytes) in rows {
        let id = record.id();
        record.verify_author(&id).map_err(|error| format!("a record is not its author's: {error}"))?;
        let row = (records::id.eq(id.as_bytes().as_slice()), records::record.eq(bytes));
        let inserted = diesel::insert_into(records::table).values(row).execute(&mut connection);
        inserted.map_err(|error| format!("PostgreSQL inserts nothing: {error}"))?;
    }
    Ok(rows.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use kontor_ledger::{
        member::MemberId,
        record::{Body, Nonce, Unsigned},
    };
    use kontor_sealing::{Hash, SigningKey};

    fn record(number: u64) -> Record {
        let key = SigningKey::generate(&mut rand::rng());
        let body = Body::AnchorNotarise { digest: Hash::sm3(&[&number.to_be_bytes()]) };
        let network = Hash::sm3(&[b"a network"]);
        let sponsor: MemberId = "BANKDEFF".parse().expect("a member");
        Unsigned { network, body, nonce: Nonce(number), author: key.public() }.sign(&key, sponsor)
    }

    #[test]
    fn every_record_is_a_durable_row() {
        let programs = installed().expect("PostgreSQL");
        let folder = tempfile::tempdir_in("/tmp").expect("a folder");
        open(folder.path());
        let records: Vec<Record> = (0..101).map(record).collect();
        let load: Vec<&Record> = records.iter().collect();
        let baseline = measure(&programs, &folder.path().join("server"), &load).expect("a baseline");
        assert!(baseline.rate.is_finite() && baseline.rate > 0.0);
        assert!(baseline.version.starts_with(|first: char| first.is_ascii_digit()), "{}", baseline.version);
    }

    #[test]
    fn a_record_with_a_wrong_signature_is_not_inserted() {
        let programs = installed().expect("PostgreSQL");
        let folder = tempfile::tempdir_in("/tmp").expect("a folder");
        open(folder.path());
        let (mut forged, other) = (record(1), record(2));
        forged.signature = other.signature;
        let refused = measure(&programs, &folder.path().join("server"), &[&forged]).expect_err("refused");
        assert!(refused.starts_with("a record is not its author's"), "{refused}");
    }

    /// The server's user has to pass the folder, which is made for its owner only.
    fn open(folder: &Path) {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755)).expect("permissions");
    }
}
