//! The baseline: a PostgreSQL server of its own on the same disk, into which clients insert signed rows durably, one
//! row in each transaction.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use diesel::{
    Connection as _, PgConnection, RunQueryDsl as _, sql_query,
    sql_types::{Binary, Integer},
};
use kontor_ledger::{encoding::to_cbor, record::Record};

/// Clients at one time.
const CLIENTS: usize = 8;

/// Rows per second that are durable, each a record whose author's signature was checked before; `None` where no
/// PostgreSQL is installed.
///
/// # Errors
/// One line saying what did not work.
pub fn inserts(folder: &Path, records: &[Record]) -> Result<Option<f64>, String> {
    let Some(programs) = programs() else { return Ok(None) };
    let server = Server::start(&programs, folder)?;
    let mut first = server.connect()?;
    let table = "CREATE TABLE records (id bytea PRIMARY KEY, record bytea NOT NULL, outcome integer NOT NULL)";
    sql_query(table).execute(&mut first).map_err(|error| error.to_string())?;
    let clients: Vec<_> = (0..CLIENTS).map(|_| server.connect()).collect::<Result<_, _>>()?;
    eprintln!("measuring PostgreSQL");
    let since = Instant::now();
    let share = records.len().div_ceil(CLIENTS).max(1);
    std::thread::scope(|scope| {
        let threads: Vec<_> = clients
            .into_iter()
            .zip(records.chunks(share))
            .map(|(client, records)| scope.spawn(move || insert(client, records)))
            .collect();
        threads.into_iter().try_for_each(|thread| thread.join().unwrap_or_else(|_| Err("a client died".to_owned())))
    })?;
    Ok(Some(records.len() as f64 / since.elapsed().as_secs_f64()))
}

fn insert(mut client: PgConnection, records: &[Record]) -> Result<(), String> {
    for record in records {
        let id = record.id();
        record.verify_author(&id).map_err(|error| error.to_string())?;
        sql_query("INSERT INTO records VALUES ($1, $2, $3)")
            .bind::<Binary, _>(id.as_bytes().as_slice())
            .bind::<Binary, _>(to_cbor(record))
            .bind::<Integer, _>(0)
            .execute(&mut client)
            .map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// A server that ends with this value.
struct Server {
    child: Child,
    folder: PathBuf,
}

impl Server {
    /// With the durability that it has by default: every commit waits for the disk.
    fn start(programs: &Path, folder: &Path) -> Result<Self, String> {
        let folder = folder.join("postgres");
        let cannot = |error: std::io::Error| format!("cannot use {}: {error}", folder.display());
        fs::create_dir(&folder).map_err(cannot)?;
        // It refuses to run as root.
        let user = rustix::process::geteuid().is_root().then_some("postgres");
        if let Some(user) = user {
            run(Command::new("chown").arg(user).arg(&folder))?;
            open_to_others(&folder).map_err(cannot)?;
        }
        let data = folder.join("data");
        let mut init = command(user, &programs.join("initdb"), &folder);
        run(init.args(["--username=kontor", "--auth=trust", "--encoding=UTF8", "--no-locale", "--pgdata"]).arg(&data))?;
        let mut server = command(user, &programs.join("postgres"), &folder);
        server.arg("-D").arg(&data).arg("-k").arg(&folder).args(["-h", "", "-c", "shared_buffers=128MB"]);
        let child = server.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        Ok(Self { child: child.map_err(|error| format!("cannot start PostgreSQL: {error}"))?, folder })
    }

    fn connect(&self) -> Result<PgConnection, String> {
        let host = self.folder.display().to_string().replace('/', "%2F");
        let address = format!("postgres://kontor@{host}/postgres");
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            match PgConnection::establish(&address) {
                Ok(client) => return Ok(client),
                Err(error) if Instant::now() > deadline => return Err(format!("PostgreSQL does not answer: {error}")),
                Err(_) => std::thread::sleep(Duration::from_millis(50)),
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // What it holds is thrown away with the folder.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Lets another user reach a folder below folders of ours.
fn open_to_others(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    match folder.parent() {
        Some(parent) => fs::set_permissions(parent, fs::Permissions::from_mode(0o711)),
        None => Ok(()),
    }
}

fn command(user: Option<&str>, program: &Path, folder: &Path) -> Command {
    let mut command = match user {
        None => Command::new(program),
        Some(user) => {
            let mut command = Command::new("setpriv");
            let identity = [format!("--reuid={user}"), format!("--regid={user}")];
            command.args(identity).args(["--init-groups", "--"]).arg(program);
            command
        }
    };
    command.current_dir(folder).env("LC_ALL", "C");
    command
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("cannot run {command:?}: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() { Ok(()) } else { Err(format!("{command:?}: {}", said.trim())) }
}

/// Where `initdb` and `postgres` are: on the path, or where Debian puts them, the newest.
fn programs() -> Option<PathBuf> {
    let complete = |folder: &PathBuf| folder.join("initdb").is_file() && folder.join("postgres").is_file();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    versions.sort();
    std::env::split_paths(&path).chain(versions.into_iter().rev().map(|(_, folder)| folder)).find(complete)
}
