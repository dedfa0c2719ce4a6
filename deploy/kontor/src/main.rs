//! `kontor`, the operator's command.

use std::process::ExitCode;

use clap::Parser as _;
use kontor::commands::Kontor;

/// Nodes allocate and free many large buffers, which the system's allocator gives back to the kernel each time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    Kontor::parse().run()
}
