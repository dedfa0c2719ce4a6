//! `kontor import` and `kontor validate`: documents from files.

use std::path::{Path, PathBuf};

use clap::Args;
use kontor_trade::{
    document::{Document, arithmetic_warnings},
    import::{Imported, MAX_BYTES, import},
};
use serde_json::json;

use super::{read_file, say};

/// Reads UBL, CII or JSON documents and prints them in the network's own form, with what could not be taken over.
#[derive(Debug, Args)]
#[command(after_help = "Example: kontor import invoice.xml --json")]
pub struct Import {
    /// The files.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Prints one JSON object a file: document, format and report.
    #[arg(long)]
    json: bool,
}

/// Checks documents against their schema and their own arithmetic.
#[derive(Debug, Args)]
#[command(after_help = "Example: kontor validate invoice.json")]
pub struct Validate {
    /// The files.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Prints one JSON object a file.
    #[arg(long)]
    json: bool,
}

pub(super) fn read(path: &Path) -> Result<Imported, String> {
    // One byte more than is taken, so that the importer says that it is too much.
    let bytes = read_file(path, MAX_BYTES + 1)?;
    import(&bytes).map_err(|error| format!("{}: {error}", path.display()))
}

/// Runs `each` for all files; fails if one failed, after all were tried.
fn for_each(files: &[PathBuf], mut each: impl FnMut(&Path) -> Result<(), String>) -> Result<(), String> {
    if let [only] = files {
        return each(only);
    }
    let mut failed = 0_usize;
    for file in files {
        if let Err(reason) = each(file) {
            eprintln!("kontor: {reason}");
            failed += 1;
        }
    }
    if failed == 0 { Ok(()) } else { Err(format!("{failed} of {} files failed", files.len())) }
}

impl Import {
    /// Runs the call.
    pub fn run(self) -> Result<(), String> {
        for_each(&self.files, |path| {
            let imported = read(path)?;
            let document = imported.document.to_value().map_err(|error| format!("{}: {error}", path.display()))?;
            if self.json {
                say(json!({
                    "file": path.display().to_string(),
                    "format": imported.format.to_string(),
                    "document": document,
                    "report": { "unmapped": imported.report.unmapped, "warnings": imported.report.warnings },
                }));
                return Ok(());
            }
            say(serde_json::to_string_pretty(&document).map_err(|error| error.to_string())?);
            for warning in &imported.report.warnings {
                eprintln!("{}: {}: {}", path.display(), warning.path, warning.message);
            }
            for element in &imported.report.unmapped {
                eprintln!("{}: not taken over: {element}", path.display());
            }
            Ok(())
        })
    }
}

impl Validate {
    /// Runs the call.
    pub fn run(self) -> Result<(), String> {
        for_each(&self.files, |path| {
            let imported = read(path).inspect_err(|reason| {
                if self.json {
                    say(json!({ "file": path.display().to_string(), "valid": false, "reason": reason }));
                }
            })?;
            let mut warnings: Vec<String> = imported
                .report
                .warnings
                .into_iter()
                .map(|warning| format!("{}: {}", warning.path, warning.message))
                .collect();
            if let Document::Invoice(invoice) = &imported.document {
                warnings.extend(arithmetic_warnings(invoice).iter().map(ToString::to_string));
            }
            warnings.sort();
            warnings.dedup();
            if self.json {
                say(json!({ "file": path.display().to_string(), "valid": true, "warnings": warnings }));
            } else {
                say(format_args!("{}: valid", path.display()));
                for warning in warnings {
                    say(format_args!("  {warning}"));
                }
            }
            Ok(())
        })
    }
}
