//! Running the command.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// The command.
pub fn kontor() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kontor"));
    // Nothing of whoever runs the tests may be touched or believed.
    command.env_remove("XDG_DATA_HOME").env("HOME", "/nonexistent");
    command
}

/// A call's end.
pub struct Ended {
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
    /// Whether it was a success.
    pub ok: bool,
}

/// Runs a call to its end.
pub fn run(arguments: &[&str]) -> Ended {
    let Output { status, stdout, stderr } = kontor().args(arguments).output().expect("the command starts");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    Ended { out: text(stdout), err: text(stderr), ok: status.success() }
}

/// Runs a call that must fail with one line, which it gives.
pub fn refused(arguments: &[&str]) -> String {
    let ended = run(arguments);
    assert!(!ended.ok, "{arguments:?} succeeded: {}", ended.out);
    assert_eq!(ended.err.trim_end().lines().count(), 1, "{arguments:?} said: {}", ended.err);
    ended.err
}

/// Runs a call that must succeed, and reads the JSON that it printed.
pub fn json(arguments: &[&str]) -> serde_json::Value {
    let ended = run(arguments);
    assert!(ended.ok, "{arguments:?} failed: {}", ended.err);
    serde_json::from_str(&ended.out)
        .unwrap_or_else(|error| panic!("{arguments:?} printed no JSON ({error}): {}", ended.out))
}

/// A file of `api-spec/examples`.
pub fn example(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../api-spec/examples").join(name);
    text(path.canonicalize().expect("the example"))
}

/// A path as an argument.
pub fn text(path: PathBuf) -> String {
    path.into_os_string().into_string().expect("a path in UTF-8")
}
