//! `kontor up` in both modes: comes up, says where, answers, ends when told to, and continues.

use std::{
    io::{BufRead as _, BufReader},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use kontor::consortium::{
    manifest::{Manifest, ServiceEntry},
    plan::ServiceKind,
    start::free_base,
};

use crate::setup::{kontor, refused, text};

/// A running `kontor up`; killed if a test fails.
struct Up {
    child: Child,
    announced: String,
}

impl Up {
    /// Starts it and reads what it announces.
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut child = kontor()
            .args(["up", "--data", &text(folder.to_owned())])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .expect("starts");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let mut up = Self { child, announced: String::new() };
        while !up.announced.contains("Ctrl-C stops") {
            let Some(line) = lines.next() else { panic!("it ended after: {}", up.announced) };
            up.announced += &line.expect("text");
            up.announced.push('\n');
        }
        up
    }

    /// Sends a signal and waits for the end; whether it was a success.
    fn end(self, signal: &str) -> bool {
        send(signal, &self.child.id().to_string());
        self.ended()
    }

    /// Waits for the end; whether it was a success.
    fn ended(mut self) -> bool {
        let since = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("wait") {
                return status.success();
            }
            assert!(since.elapsed() < Duration::from_secs(40), "it does not end");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// Sends a signal with the shell's own `kill`; not every machine has the command.
fn send(signal: &str, process: &str) {
    let sent = Command::new("sh").args(["-c", "kill \"$0\" \"$1\"", signal, process]).status();
    assert!(sent.expect("a shell").success());
}

/// The id of the process that `starter` runs a service in, which has its configuration on its command line; one that is
/// left over from another starter has it too.
fn process_of(entry: &ServiceEntry, starter: u32) -> String {
    let (config, parent) = (text(entry.config.clone()), format!("PPid:\t{starter}"));
    let found = std::fs::read_dir("/proc").expect("processes").flatten().find(|process| {
        let line = std::fs::read(process.path().join("cmdline")).unwrap_or_default();
        let status = std::fs::read_to_string(process.path().join("status")).unwrap_or_default();
        line.split(|byte| *byte == 0).any(|argument| argument == config.as_bytes())
            && status.lines().any(|line| line == parent)
    });
    found.expect("it runs").file_name().into_string().expect("digits")
}

impl Drop for Up {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// That every service says so itself.
fn all_ready(manifest: &Manifest) {
    let runtime = tokio::runtime::Runtime::new().expect("runtime");
    runtime.block_on(async {
        let http = kontor_chassis::client::plain().expect("client");
        for entry in &manifest.services {
            let get = async |path: &str| http.get(format!("{}{path}", entry.public)).send().await.expect(&entry.public);
            assert_eq!(get("/health/ready").await.status(), 200, "{}", entry.title());
            let page = get("/").await.text().await.expect("page");
            assert!(page.contains("/docs"), "{}: {page}", entry.title());
        }
    });
}

/// That nothing listens any more.
fn all_gone(manifest: &Manifest) {
    for entry in &manifest.services {
        assert!(!listens(entry), "{} still listens", entry.title());
    }
}

fn listens(entry: &ServiceEntry) -> bool {
    TcpStream::connect(entry.public.trim_start_matches("http://")).is_ok()
}

fn comes_up_ends_and_continues(mode: &[&str]) {
    let temporary = tempfile::tempdir().expect("folder");
    let folder = temporary.path().join("network");
    let base = free_base().expect("ports").to_string();
    let up = Up::start(&folder, &[&["--port", &base], mode].concat());
    let manifest = Manifest::read(&folder).expect("manifest");
    for entry in &manifest.services {
        assert!(up.announced.contains(&entry.address), "{} is not announced", entry.title());
    }
    for person in &manifest.people {
        let password = std::fs::read_to_string(&person.password_file).expect("password");
        assert!(up.announced.contains(&person.login) && !up.announced.contains(password.trim()));
    }
    all_ready(&manifest);
    assert!(refused(&["up", "--data", &text(folder.clone())]).contains("running already"));
    assert!(up.end("-TERM"), "SIGTERM is no failure");
    all_gone(&manifest);

    let again = Up::start(&folder, mode);
    assert_eq!(Manifest::read(&folder).expect("manifest"), manifest);
    all_ready(&manifest);
    assert!(again.end("-INT"), "Ctrl-C is no failure");
    all_gone(&manifest);
}

#[test]
fn in_one_process() {
    comes_up_ends_and_continues(&[]);
}

#[test]
fn in_separate_processes() {
    comes_up_ends_and_continues(&["--processes"]);
}

#[test]
fn services_end_with_their_killed_starter_and_a_dead_service_ends_the_network() {
    let temporary = tempfile::tempdir().expect("folder");
    let folder = temporary.path().join("network");
    let base = free_base().expect("ports").to_string();
    let up = Up::start(&folder, &["--port", &base, "--processes"]);
    let manifest = Manifest::read(&folder).expect("manifest");
    assert!(!up.end("-KILL"));
    // It waits for what is left over of the other.
    let again = Up::start(&folder, &["--processes"]);
    let marketplace = manifest.of(ServiceKind::Marketplace).next().expect("a marketplace");
    send("-KILL", &process_of(marketplace, again.child.id()));
    assert!(!again.ended());
    all_gone(&manifest);
}
