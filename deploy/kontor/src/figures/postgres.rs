//! A temporary PostgreSQL server of this machine's installation, as durable as it comes: the ledger's baseline.

use std::{
    ffi::OsString,
    fs,
    os::unix::{fs::MetadataExt as _, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, sql_query, sql_types::Text};

/// The name of the server's owner where it may not be ours.
const USER: &str = "postgres";

/// How long a server may take to start.
const PATIENCE: Duration = Duration::from_secs(30);

/// Waits for its input to end, which it does with this program however that ends, and stops the server then.
const KEEPER: &str = r#"
    trap '' INT TERM HUP
    "$1" -D "$2" -k "$3" -h '' -c fsync=on -c synchronous_commit=on -c full_page_writes=on </dev/null &
    server=$!
    read -r _
    kill -QUIT "$server"
    wait "$server"
"#;

/// A running server, reached through a socket in its folder; stopped when dropped.
#[derive(Debug)]
pub struct Server {
    address: String,
    keeper: Child,
}

#[derive(QueryableByName)]
struct Setting {
    #[diesel(sql_type = Text)]
    setting: String,
}

impl Server {
    /// Makes a server's data in `folder`, which it creates, and starts it with the programs in `programs`.
    ///
    /// # Errors
    /// One line saying why not.
    pub fn start(programs: &Path, folder: &Path) -> Result<Self, String> {
        let unusable = |error: std::io::Error| format!("cannot use {}: {error}", folder.display());
        fs::create_dir(folder).map_err(unusable)?;
        // The server refuses to run as root.
        let user = (fs::metadata("/proc/self").map_err(unusable)?.uid() == 0).then_some(USER);
        if let Some(user) = user {
            run(Command::new("chown").arg(user).arg(folder), "chown")?;
        }
        let data = folder.join("data");
        let mut init = command(user, &programs.join("initdb"), folder);
        init.args(["--username=kontor", "--auth=trust", "--encoding=UTF8", "--no-locale", "--pgdata"]).arg(&data);
        run(&mut init, "initdb")?;

        let mut keeper = command(user, Path::new("/bin/sh"), folder);
        keeper.args(["-c", KEEPER, "kontor-postgres"]).arg(programs.join("postgres")).arg(&data).arg(folder);
        let log = fs::File::create(folder.join("log")).map_err(unusable)?;
        keeper.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(log).process_group(0);
        let keeper = keeper.spawn().map_err(|error| format!("cannot start PostgreSQL: {error}"))?;
        let server = Self { address: address(folder), keeper };
        server.ready(folder)?;
        Ok(server)
    }

    fn ready(&self, folder: &Path) -> Result<(), String> {
        let since = Instant::now();
        loop {
            match self.connect() {
                Ok(_) => return Ok(()),
                Err(error) if since.elapsed() > PATIENCE => {
                    let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
                    let last = log.lines().last().unwrap_or_default();
                    return Err(format!("PostgreSQL does not start: {error}: {last}"));
                }
                Err(_) => std::thread::sleep(Duration::from_millis(50)),
            }
        }
    }

    /// A connection.
    ///
    /// # Errors
    /// One line saying why not.
    pub fn connect(&self) -> Result<PgConnection, String> {
        PgConnection::establish(&self.address).map_err(|error| format!("cannot reach PostgreSQL: {error}"))
    }

    /// The server's version, if what is committed on this connection is on the disk then.
    ///
    /// # Errors
    /// If it is not, or the server does not tell.
    pub fn durable(connection: &mut PgConnection) -> Result<String, String> {
        for name in ["fsync", "synchronous_commit", "full_page_writes"] {
            let found = setting(connection, name)?;
            if found != "on" {
                return Err(format!("PostgreSQL runs with {name} = {found}, expected on"));
            }
        }
        setting(connection, "server_version")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // Nobody is left to tell of a failure.
        let _ = self.keeper.wait();
    }
}

fn setting(connection: &mut PgConnection, name: &str) -> Result<String, String> {
    let query = sql_query("SELECT current_setting($1) AS setting").bind::<Text, _>(name);
    let found: Setting = query.get_result(connection).map_err(|error| format!("PostgreSQL: {name}: {error}"))?;
    Ok(found.setting)
}

fn address(folder: &Path) -> String {
    format!("postgres://kontor@{}/postgres", folder.display().to_string().replace('/', "%2F"))
}

fn run(command: &mut Command, name: &str) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("cannot run {name}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let error = String::from_utf8_lossy(&output.stderr);
    Err(format!("{name} failed: {}", error.trim().lines().last().unwrap_or_default()))
}

/// `program`, run by `user` if there has to be another.
fn command(user: Option<&str>, program: &Path, folder: &Path) -> Command {
    let mut command = match user {
        None => Command::new(program),
        Some(user) if found("setpriv").is_some() => {
            let mut command = Command::new("setpriv");
            command.args([&format!("--reuid={user}"), &format!("--regid={user}"), "--init-groups", "--"]).arg(program);
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

fn found(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_else(|| OsString::from("/usr/bin:/bin"));
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// Where `initdb` and `postgres` are: on the path, where `pg_config` says, or where Debian puts them (newest first).
pub fn programs() -> Option<PathBuf> {
    let on_path = found("initdb").and_then(|file| Some(file.parent()?.to_owned())).filter(|folder| complete(folder));
    let configured = || {
        let output = Command::new("pg_config").arg("--bindir").output().ok()?;
        Some(PathBuf::from(String::from_utf8(output.stdout).ok()?.trim())).filter(|folder| complete(folder))
    };
    on_path.or_else(configured).or_else(|| newest(Path::new("/usr/lib/postgresql")))
}

fn complete(folder: &Path) -> bool {
    ["initdb", "postgres"].iter().all(|program| folder.join(program).is_file())
}

/// The programs of the highest version below `folder`.
fn newest(folder: &Path) -> Option<PathBuf> {
    let version = |entry: fs::DirEntry| {
        let version: u32 = entry.file_name().to_str()?.parse().ok()?;
        Some((version, entry.path().join("bin"))).filter(|(_, folder)| complete(folder))
    };
    fs::read_dir(folder).ok()?.filter_map(Result::ok).filter_map(version).max().map(|(_, folder)| folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_complete_version_is_taken() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(newest(folder.path()), None);
        for (version, programs) in
            [("9", &["initdb", "postgres"][..]), ("15", &["initdb", "postgres"]), ("17", &["initdb"]), ("old", &[])]
        {
            let bin = folder.path().join(version).join("bin");
            fs::create_dir_all(&bin).expect("a folder");
            for program in programs {
                fs::write(bin.join(program), "").expect("a file");
            }
        }
        assert_eq!(newest(folder.path()), Some(folder.path().join("15/bin")));
    }

    #[test]
    fn the_folder_stands_escaped_in_the_address() {
        assert_eq!(address(Path::new("/var/tmp/a")), "postgres://kontor@%2Fvar%2Ftmp%2Fa/postgres");
    }
}
