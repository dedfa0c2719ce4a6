//! `kontor`, the operator's command.

use std::process::ExitCode;

use clap::Parser as _;
use kontor::commands::Kontor;

fn main() -> ExitCode {
    Kontor::parse().run()
}
