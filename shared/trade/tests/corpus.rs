//! Real documents of others, where the folder `KONTOR_CORPUS` has them: every UBL and CII invoice imports, and where
//! one invoice is there in both syntaxes, every identity is equal.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kontor_trade::export::{to_cii, to_ubl};
use kontor_trade::identity::{Identity, identity, own_identifier};
use kontor_trade::import::{Imported, import};

/// The corpus, or nothing to test.
fn corpus() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("KONTOR_CORPUS")?);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: KONTOR_CORPUS is no folder");
    None
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "xml") {
            found.push(path);
        }
    }
}

/// Every invoice and credit note of the corpus, imported.
fn invoices(corpus: &Path) -> BTreeMap<PathBuf, Imported> {
    let mut paths = Vec::new();
    files(&corpus.join("invoice"), &mut paths);
    files(&corpus.join("mixed"), &mut paths);
    let mut imported = BTreeMap::new();
    for path in paths {
        let bytes = std::fs::read(&path).unwrap();
        let head = String::from_utf8_lossy(&bytes);
        let roots = ["CrossIndustryInvoice-", "xsd:Invoice-2", "xsd:CreditNote-2", "CrossIndustryInvoice:100"];
        let invoice = roots.iter().any(|root| head.contains(root));
        match import(&bytes) {
            Ok(document) => drop(imported.insert(path, document)),
            Err(error) => assert!(!invoice, "{}: {error}", path.display()),
        }
    }
    imported
}

fn identity_of(imported: &Imported) -> Identity {
    identity(imported.document.as_invoice().expect("an invoice"), own_identifier).unwrap()
}

#[test]
fn every_invoice_imports() {
    let Some(corpus) = corpus() else { return };
    let all = invoices(&corpus);
    assert!(all.len() >= 100, "only {} invoices found", all.len());
    for (path, imported) in &all {
        // With KONTOR_CORPUS_REPORT, what was not taken over is listed: how the mapping grows.
        let invoice = imported.document.as_invoice().expect("an invoice");
        assert!(!invoice.lines.is_empty(), "{}", path.display());
        if std::env::var_os("KONTOR_CORPUS_REPORT").is_some() {
            eprintln!("{}: {}", path.display(), serde_json::to_string(&imported.report).unwrap());
        }
    }
}

#[test]
fn pairs_have_one_identity() {
    let Some(corpus) = corpus() else { return };
    let all = invoices(&corpus);
    let mut pairs = 0;
    for (path, ubl) in &all {
        let Some(name) = path.to_str().filter(|name| name.contains("_ubl")) else { continue };
        let Some(cii) = all.get(Path::new(&name.replace("_ubl", "_uncefact"))) else { continue };
        assert_eq!(identity_of(ubl), identity_of(cii), "{name}");
        pairs += 1;
    }
    assert!(pairs >= 30, "only {pairs} pairs found");
}

#[test]
fn identity_survives_every_syntax() {
    let Some(corpus) = corpus() else { return };
    for (path, original) in invoices(&corpus) {
        let invoice = original.document.as_invoice().expect("an invoice");
        let json = serde_json::to_vec(&original.document.to_value().unwrap()).unwrap();
        for (syntax, bytes) in
            [("UBL", to_ubl(invoice).into_bytes()), ("CII", to_cii(invoice).into_bytes()), ("JSON", json)]
        {
            let again = import(&bytes).unwrap_or_else(|error| panic!("{} as {syntax}: {error}", path.display()));
            assert_eq!(identity_of(&again), identity_of(&original), "{} as {syntax}", path.display());
            assert_eq!(
                again.document.as_invoice().unwrap().totals.due_payable_amount,
                invoice.totals.due_payable_amount,
                "{} as {syntax}",
                path.display()
            );
        }
    }
}
