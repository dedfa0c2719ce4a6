//! `kontor verify`: a receipt, offline.

use std::path::PathBuf;

use clap::Args;
use kontor_ledger::{
    encoding::from_cbor,
    receipt::{self, Proven, Receipt},
};
use kontor_sealing::Hash;
use serde_json::json;

use super::{read_file, say};

/// Far above any receipt: its record is at most a few megabytes.
const MAX_BYTES: usize = 32 * 1024 * 1024;

/// Checks a receipt with no network: record, place in the log, block and the validators' certificate.
#[derive(Debug, Args)]
#[command(after_help = "Example: kontor verify receipt.json --network 9f2c…\n\
    Without --network the receipt is checked against the genesis that it carries: it then shows what that network \
    decided, not that it is the network you mean.")]
pub struct Verify {
    /// The receipt, JSON or CBOR.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The network's id: the hash of its genesis.
    #[arg(long, value_name = "HASH")]
    network: Option<Hash>,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

impl Verify {
    /// Runs the call.
    pub fn run(self) -> Result<(), String> {
        let at = self.file.display();
        let proven = self.check().inspect_err(|reason| {
            if self.json {
                say(json!({ "valid": false, "reason": reason }));
            }
        })?;
        if self.json {
            say(json!({
                "valid": true,
                "network": proven.network,
                "record": proven.record,
                "outcome": proven.outcome,
                "position": proven.position,
                "timestamp": proven.timestamp,
                "pinned": self.network.is_some(),
            }));
            return Ok(());
        }
        say(format_args!("{at} holds"));
        say(format_args!(
            "  network    {}{}",
            proven.network,
            if self.network.is_some() { "" } else { " (its own word)" }
        ));
        say(format_args!("  record     {}", proven.record));
        say(format_args!("  outcome    {}", proven.outcome));
        say(format_args!("  position   {}", proven.position));
        say(format_args!("  time       {}", proven.timestamp));
        Ok(())
    }

    fn check(&self) -> Result<Proven, String> {
        let at = self.file.display();
        let bytes = read_file(&self.file, MAX_BYTES)?;
        // JSON begins with a brace, the CBOR of an array never does.
        let receipt: Receipt = if bytes.trim_ascii_start().starts_with(b"{") {
            serde_json::from_slice(&bytes).map_err(|error| format!("{at} is no receipt: {error}"))?
        } else {
            from_cbor(&bytes).map_err(|error| format!("{at} is no receipt: {error}"))?
        };
        let network = self.network.unwrap_or_else(|| receipt.genesis.hash());
        receipt::verify(&receipt, &network).map_err(|error| match std::error::Error::source(&error) {
            Some(source) => format!("{at} does not hold: {error}: {source}"),
            None => format!("{at} does not hold: {error}"),
        })
    }
}
