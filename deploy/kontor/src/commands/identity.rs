//! `kontor identity`: what would be fingerprinted of an invoice.

use std::path::PathBuf;

use clap::Args;
use kontor_trade::{
    document::Document,
    identity::{identity, own_identifier},
};
use serde_json::{Value, json};

use super::{documents::read, say};

/// Prints the normalised identity of invoices, kind by kind, so that one sees why two match.
#[derive(Debug, Args)]
#[command(after_help = "Example: kontor identity invoice-ubl.xml invoice-cii.xml\n\
    With --json one file prints an object with exact, near-number, near-amount and source; several print an object \
    of such objects by file name.")]
pub struct IdentityCall {
    /// The files.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

impl IdentityCall {
    /// Runs the call.
    pub fn run(self) -> Result<(), String> {
        let mut all = serde_json::Map::new();
        for path in &self.files {
            let Document::Invoice(invoice) = read(path)?.document else {
                return Err(format!("{}: expected an invoice", path.display()));
            };
            let identity =
                identity(&invoice, own_identifier).map_err(|error| format!("{}: {error}", path.display()))?;
            all.insert(path.display().to_string(), identity.to_value());
        }
        if self.json {
            let single = if self.files.len() == 1 { all.values().next().cloned() } else { None };
            say(single.unwrap_or_else(|| json!(all)));
            return Ok(());
        }
        for (file, identity) in &all {
            say(format_args!("{file}"));
            for (kind, value) in identity.as_object().into_iter().flatten() {
                say(format_args!("  {kind}"));
                show(value);
            }
        }
        Ok(())
    }
}

fn show(value: &Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                say(format_args!("    {name:<16} {}", value.as_str().map_or_else(|| value.to_string(), str::to_owned)));
            }
        }
        Value::Null => say("    (the invoice names none)"),
        other => say(format_args!("    {other}")),
    }
}
