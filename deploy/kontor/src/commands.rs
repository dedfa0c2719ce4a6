//! The command's calls; each exits with 0 only on success and says what failed in one line.

mod ca;
mod demo;
mod documents;
mod figures;
mod identity;
mod init;
mod log;
mod node;
mod serve;
mod up;
mod verify;

use std::{fs::File, io::Read as _, path::Path, process::ExitCode};

use clap::{Parser, Subcommand};

/// Trade finance that banks can trust without showing each other their customers.
#[derive(Debug, Parser)]
#[command(name = "kontor", version, propagate_version = true)]
pub struct Kontor {
    #[command(subcommand)]
    call: Call,
}

#[derive(Debug, Subcommand)]
enum Call {
    Up(up::Up),
    Init(init::Init),
    Demo(demo::Demo),
    Bench(figures::Bench),
    Serve(serve::Serve),
    Node(node::NodeCall),
    Import(documents::Import),
    Validate(documents::Validate),
    Identity(identity::IdentityCall),
    Verify(verify::Verify),
    Export(log::Export),
    Replay(log::Replay),
    Ca(ca::Ca),
}

impl Kontor {
    /// Runs the call.
    pub fn run(self) -> ExitCode {
        let outcome = match self.call {
            Call::Up(call) => call.run(),
            Call::Init(call) => call.run(),
            Call::Demo(call) => call.run(),
            Call::Bench(call) => call.run(),
            Call::Serve(call) => return call.run(),
            Call::Node(call) => call.run(),
            Call::Import(call) => call.run(),
            Call::Validate(call) => call.run(),
            Call::Identity(call) => call.run(),
            Call::Verify(call) => call.run(),
            Call::Export(call) => call.run(),
            Call::Replay(call) => call.run(),
            Call::Ca(call) => call.run(),
        };
        match outcome {
            Ok(()) => ExitCode::SUCCESS,
            Err(reason) => {
                eprintln!("kontor: {reason}");
                ExitCode::FAILURE
            }
        }
    }
}

/// Prints a line of a call's result.
pub(crate) fn say(line: impl std::fmt::Display) {
    use std::io::Write as _;
    // A closed pipe means that nobody reads on.
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// The first `most` bytes of a file.
pub(crate) fn read_file(path: &Path, most: usize) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let most = u64::try_from(most).unwrap_or(u64::MAX);
    let read = File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes));
    read.map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    Ok(bytes)
}

/// An asynchronous call's runtime.
///
/// # Errors
/// If the system gives no threads.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, String> {
    let built = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    built.map_err(|error| format!("cannot start: {error}"))
}
