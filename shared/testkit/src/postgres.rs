//! One temporary PostgreSQL server per test process, reached through a socket in its own folder.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use diesel::{Connection, PgConnection, RunQueryDsl, sql_query};
use tempfile::TempDir;

struct Server {
    folder: TempDir,
    user: &'static str,
    admin: Mutex<PgConnection>,
}

static SERVER: LazyLock<Server> = LazyLock::new(start);
static NEXT: AtomicU32 = AtomicU32::new(0);

/// Makes an empty database and returns its address.
pub(crate) fn create_database() -> String {
    let server = &*SERVER;
    let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let mut admin = server.admin.lock().unwrap_or_else(PoisonError::into_inner);
    sql_query(format!("CREATE DATABASE {name}")).execute(&mut *admin).expect("creates a database");
    url(server.folder.path(), server.user, &name)
}

fn url(folder: &Path, user: &str, database: &str) -> String {
    let host = folder.display().to_string().replace('/', "%2F");
    format!("postgres://{user}@{host}/{database}")
}

fn start() -> Server {
    let bin = binaries();
    let folder = tempfile::Builder::new().prefix("kontor-pg-").tempdir().expect("a temporary folder");
    let data = folder.path().join("data");
    // The server refuses to run as root.
    let user = if is_root() { Some("postgres") } else { None };
    if let Some(user) = user {
        let status = Command::new("chown").arg(user).arg(folder.path()).status();
        assert!(status.is_ok_and(|status| status.success()), "cannot give {} to {user}", folder.path().display());
    }
    let mut init = command(user, &bin.join("initdb"), folder.path());
    init.args(["--username=kontor", "--auth=trust", "--no-sync", "--encoding=UTF8", "--no-locale", "--pgdata"])
        .arg(&data);
    let output = init.output().expect("runs initdb");
    assert!(output.status.success(), "initdb: {}", String::from_utf8_lossy(&output.stderr));

    let log = std::fs::File::create(folder.path().join("log")).expect("a log file");
    watchdog(user, &bin, folder.path(), &data, log);
    let address = url(folder.path(), "kontor", "postgres");
    let deadline = Instant::now() + Duration::from_secs(30);
    let admin = loop {
        match PgConnection::establish(&address) {
            Ok(connection) => break connection,
            Err(error) if Instant::now() > deadline => {
                let log = std::fs::read_to_string(folder.path().join("log")).unwrap_or_default();
                panic!("PostgreSQL does not start: {error}\n{log}");
            }
            Err(_) => std::thread::sleep(Duration::from_millis(50)),
        }
    };
    Server { folder, user: "kontor", admin: Mutex::new(admin) }
}

/// Runs the server under a shell that waits for this process to end, however it ends, then stops the server and
/// removes its folder: statics are not dropped, and a killed test must leave nothing behind.
#[expect(clippy::zombie_processes, reason = "it outlives this process by design")]
fn watchdog(user: Option<&str>, bin: &Path, folder: &Path, data: &Path, log: std::fs::File) {
    let script = r#"
        trap '' INT TERM HUP
        "$1" -D "$2" -k "$3" -h '' -F -c max_connections=400 -c shared_buffers=32MB -c autovacuum=off \
            -c synchronous_commit=off -c full_page_writes=off </dev/null &
        server=$!
        read -r _
        kill -QUIT "$server"
        wait "$server"
        rm -rf "$3"/*
        rmdir "$3" 2>/dev/null
    "#;
    let mut shell = command(user, Path::new("/bin/sh"), folder);
    shell.args(["-c", script, "kontor-postgres"]).arg(bin.join("postgres")).arg(data).arg(folder);
    shell.stdin(Stdio::piped()).stdout(log.try_clone().expect("a second handle")).stderr(log).process_group(0);
    let mut child = shell.spawn().expect("starts PostgreSQL");
    // The write end stays open until this process ends; nothing is ever written.
    std::mem::forget(child.stdin.take());
}

fn command(user: Option<&str>, program: &Path, folder: &Path) -> Command {
    let mut command = match user {
        None => Command::new(program),
        Some(user) if found("setpriv").is_some() => {
            let mut command = Command::new("setpriv");
            command
                .arg(format!("--reuid={user}"))
                .arg(format!("--regid={user}"))
                .args(["--init-groups", "--"])
                .arg(program);
            command
        }
        Some(user) => {
            let mut command = Command::new("su");
            command.args([user, "-s", "/bin/sh", "-c", r#"exec "$0" "$@""#]).arg(program);
            command
        }
    };
    command.current_dir(folder).env("LC_ALL", "C");
    command
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output();
    output.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn found(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_else(|| OsString::from("/usr/bin:/bin"));
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// Where `initdb` and `postgres` are: on the path, where `pg_config` says, or where Debian puts them (newest first).
fn binaries() -> PathBuf {
    let complete = |folder: &PathBuf| folder.join("initdb").is_file() && folder.join("postgres").is_file();
    let on_path = found("initdb").and_then(|file| Some(file.parent()?.to_owned())).filter(complete);
    let configured = || {
        let output = Command::new("pg_config").arg("--bindir").output().ok()?;
        Some(PathBuf::from(String::from_utf8(output.stdout).ok()?.trim())).filter(complete)
    };
    let installed = || {
        let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?.filter_map(Result::ok);
        let mut versions: Vec<(u32, PathBuf)> = versions
            .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
            .filter(|(_, folder)| complete(folder))
            .collect();
        versions.sort();
        versions.pop().map(|(_, folder)| folder)
    };
    let folder = on_path.or_else(configured).or_else(installed);
    folder.expect("PostgreSQL's initdb and postgres (Debian, Ubuntu: apt-get install postgresql)")
}
