//! Documents of others: UBL 2.0 to 2.4 invoices and credit notes, UN/CEFACT CII D16B invoices, and our own JSON.
//!
//! The bytes are hostile until proven otherwise: size, depth and number of elements are bounded, document type
//! declarations and entities other than XML's own five are refused, and nothing is fetched.

mod cii;
mod cii_line;
mod encoding;
mod map;
mod party;
mod report;
mod tree;
mod ubl;
mod ubl_line;
mod ubl_party;

use serde_json::Value;

pub use report::{ImportReport, Warning};

use crate::document::{Document, DocumentError, Invoice, arithmetic_warnings};

/// Largest document that is read, in bytes; attachments are embedded in invoices.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;

/// What syntax a document came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// OASIS UBL 2, Invoice.
    UblInvoice,
    /// OASIS UBL 2, CreditNote.
    UblCreditNote,
    /// UN/CEFACT Cross Industry Invoice.
    CiiInvoice,
    /// JSON of `api-spec/schemas`.
    Json,
}

impl Format {
    /// A name for people and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UblInvoice => "UBL 2 Invoice",
            Self::UblCreditNote => "UBL 2 CreditNote",
            Self::CiiInvoice => "UN/CEFACT CII",
            Self::Json => "Kontor JSON",
        }
    }
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An imported document.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// The document.
    pub document: Document,
    /// The syntax that it came in.
    pub format: Format,
    /// What was not taken over and what was odd.
    pub report: ImportReport,
}

/// Why bytes could not be imported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// More than [`MAX_BYTES`].
    #[error("the document has more than {MAX_BYTES} bytes")]
    TooLarge,
    /// Nested deeper, or made of more parts, than any invoice is.
    #[error("line {line}: the document has {what}")]
    TooComplex {
        /// Line in the document.
        line: usize,
        /// What there is too much of.
        what: &'static str,
    },
    /// Not in the encoding that it declares, or in one that is not supported.
    #[error("the document is not readable as {0}")]
    Encoding(String),
    /// Not well-formed.
    #[error("line {line}: {message}")]
    Malformed {
        /// Line in the document.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// A document type declaration or an entity: both are refused.
    #[error("line {line}: document type declarations and entities are not accepted")]
    Entity {
        /// Line in the document.
        line: usize,
    },
    /// A syntax, or a kind of document, that is not supported.
    #[error("not a supported document: {0}")]
    Unsupported(String),
    /// Something that an invoice cannot be without.
    #[error("line {line}: {path} lacks {name}")]
    Missing {
        /// Line of the element that lacks it.
        line: usize,
        /// Path of that element.
        path: String,
        /// What it lacks.
        name: &'static str,
    },
    /// A value that cannot be read.
    #[error("line {line}: {path}: {message}")]
    Value {
        /// Line in the document.
        line: usize,
        /// Path of the element.
        path: String,
        /// What is wrong with it.
        message: String,
    },
    /// Read, but not a valid document.
    #[error(transparent)]
    Document(#[from] DocumentError),
}

/// Reads a document of any supported syntax, finding out which it is.
///
/// # Errors
/// Anything that keeps the bytes from being a complete and valid document, with line and element where there is one.
pub fn import(bytes: &[u8]) -> Result<Imported, ImportError> {
    if bytes.len() > MAX_BYTES {
        return Err(ImportError::TooLarge);
    }
    if bytes.starts_with(b"%PDF") {
        return Err(ImportError::Unsupported("a PDF file; extract the embedded XML".to_owned()));
    }
    let text = encoding::decode(bytes)?;
    match text.trim_start().chars().next() {
        Some('<') => from_xml(&text),
        Some('{') => from_json(&text),
        Some(_) => Err(ImportError::Unsupported("neither XML nor JSON".to_owned())),
        None => Err(ImportError::Unsupported("an empty file".to_owned())),
    }
}

fn from_json(text: &str) -> Result<Imported, ImportError> {
    let value: Value = serde_json::from_str(text)
        .map_err(|error| ImportError::Malformed { line: error.line(), message: format!("JSON: {error}") })?;
    let document = Document::from_value(&value)?;
    let mut report = ImportReport::default();
    if let Document::Invoice(invoice) = &document {
        report.arithmetic(arithmetic_warnings(invoice));
    }
    Ok(Imported { document, format: Format::Json, report })
}

fn from_xml(text: &str) -> Result<Imported, ImportError> {
    let tree = tree::Tree::parse(text)?;
    let root = tree.root();
    let mut mapper = map::Mapper::default();
    let (invoice, format) = match (root.name(), root.namespace()) {
        ("Invoice", tree::Namespace::Ubl) => (ubl::invoice(&mut mapper, root)?, Format::UblInvoice),
        ("CreditNote", tree::Namespace::Ubl) => (ubl::invoice(&mut mapper, root)?, Format::UblCreditNote),
        ("CrossIndustryInvoice", tree::Namespace::Cii) => (cii::invoice(&mut mapper, root)?, Format::CiiInvoice),
        (name, _) => return Err(ImportError::Unsupported(format!("XML with root element {}", printable(name)))),
    };
    if invoice.lines.is_empty() {
        // Header-only profiles such as Factur-X MINIMUM and BASIC WL.
        mapper.warn(root, "has no lines");
    }
    let mut report = mapper.report;
    report.unmapped = tree.unread();
    let invoice = checked(invoice)?;
    report.arithmetic(arithmetic_warnings(&invoice));
    Ok(Imported { document: Document::Invoice(Box::new(invoice)), format, report })
}

/// A mapped invoice is valid only if our own schema says so.
fn checked(invoice: Invoice) -> Result<Invoice, ImportError> {
    invoice.to_value()?;
    Ok(invoice)
}

/// A name from outside, short enough for an error text.
fn printable(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(60).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn says_what_it_does_not_read() {
        for bytes in [&b"%PDF-1.7"[..], b"", b"UNB+UNOC:3", b"<a/>", b"<Invoice/>", br#"{"a":1}"#] {
            assert!(matches!(import(bytes), Err(ImportError::Unsupported(_) | ImportError::Document(_))), "{bytes:?}");
        }
        assert_eq!(import(&vec![b' '; MAX_BYTES + 1]), Err(ImportError::TooLarge));
    }

    #[test]
    fn missing_parts_are_named_with_their_line() {
        let xml = b"<Invoice xmlns='urn:oasis:names:specification:ubl:schema:xsd:Invoice-2'\n\
            xmlns:c='urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2'>\n<c:ID>1</c:ID></Invoice>";
        let missing = ImportError::Missing { line: 1, path: "/Invoice".to_owned(), name: "IssueDate" };
        assert_eq!(import(xml), Err(missing));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = import(&bytes);
        }

        /// A real invoice with one stretch replaced: no panic, whatever is hit.
        #[test]
        fn damaged_invoices_are_answered(at in 0usize..12_000, len in 0usize..40, with in ".{0,8}") {
            for original in [
                &include_bytes!("../../../../api-spec/examples/invoice-ubl.xml")[..],
                &include_bytes!("../../../../api-spec/examples/invoice-cii.xml")[..],
                &include_bytes!("../../../../api-spec/examples/invoice.json")[..],
            ] {
                let start = at.min(original.len());
                let end = (start + len).min(original.len());
                let mut damaged = original[..start].to_vec();
                damaged.extend_from_slice(with.as_bytes());
                damaged.extend_from_slice(&original[end..]);
                let _ = import(&damaged);
            }
        }
    }
}
