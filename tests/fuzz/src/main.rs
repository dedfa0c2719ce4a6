//! One program for all fuzz targets, so that everything is built once; `KONTOR_FUZZ_TARGET` chooses.
//!
//! `tests/fuzz/run.sh` builds it with coverage and runs every target. Without `--cfg fuzzing` it runs the chosen target
//! once over the files that it is given, to reproduce a crash.

#![cfg_attr(fuzzing, no_main)]

mod chassis;
mod ledger;
mod proofs;
mod sealing;
mod trade;

/// Takes bytes from outside; whatever they are, it must come back.
type Target = fn(&[u8]);

/// Every target with its name.
const TARGETS: [(&str, Target); 15] = [
    ("trade-import", trade::import),
    ("trade-document", trade::document),
    ("trade-identifiers", trade::identifiers),
    ("sealing-document", sealing::document),
    ("sealing-envelope", sealing::envelope),
    ("sealing-grant", sealing::grant),
    ("proofs-verify", proofs::verify),
    ("proofs-fingerprint", proofs::fingerprint),
    ("ledger-batch", ledger::batch),
    ("ledger-block", ledger::block),
    ("ledger-record", ledger::record),
    ("ledger-receipt", ledger::receipt),
    ("ledger-genesis", ledger::genesis),
    ("chassis-body", chassis::body),
    ("chassis-certificates", chassis::certificates),
];

/// The chosen target.
fn target() -> Target {
    let name = std::env::var("KONTOR_FUZZ_TARGET").unwrap_or_default();
    match TARGETS.iter().find(|(known, _)| *known == name) {
        Some((_, target)) => *target,
        None => {
            let names = TARGETS.map(|(name, _)| name).join(" ");
            eprintln!("KONTOR_FUZZ_TARGET must be one of: {names}");
            std::process::exit(2);
        }
    }
}

#[cfg(fuzzing)]
mod fuzzing {
    use std::sync::LazyLock;

    static TARGET: LazyLock<super::Target> = LazyLock::new(super::target);

    libfuzzer_sys::fuzz_target!(|data: &[u8]| TARGET(data));
}

#[cfg(not(fuzzing))]
fn main() {
    let target = target();
    for path in std::env::args_os().skip(1) {
        match std::fs::read(&path) {
            Ok(bytes) => target(&bytes),
            Err(error) => eprintln!("{}: {error}", path.display()),
        }
    }
}
