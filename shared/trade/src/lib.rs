//! Trade: the documents, identifiers, money and state machines that the platform runs on.
//!
//! Everything here is pure: no input or output, no clock, no randomness. Bytes from outside become types that cannot
//! be wrong ([`Lei`], [`Money`], [`Invoice`]), and inside nobody checks again.
//!
//! ```
//! use kontor_trade::{identity, import};
//!
//! let xml = include_bytes!("../../../api-spec/examples/invoice-ubl.xml");
//! let imported = import::import(xml)?;
//! let invoice = imported.document.as_invoice().ok_or("not an invoice")?;
//! let identity = identity::identity(invoice, identity::own_identifier)?;
//! assert_eq!(identity.exact.field("issueDate"), Some("2026-10-05"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Glossary
//!
//! | Word | Means |
//! |---|---|
//! | invoice, order | the documents of `api-spec/schemas`, one JSON Schema each |
//! | seller, buyer | the parties of the sale; the seller is usually who asks for financing |
//! | grand total | what the invoice asks for with tax, before prepayments (EN 16931 BT-112) |
//! | due payable | what remains to be paid (BT-115) |
//! | identity | the normalised facts of an invoice that its fingerprints are computed over |
//! | canonical identifier | the one identifier that a party resolves to, whatever a document calls it |
//! | leaf form | the integer that a sealed leaf's commitment is made to |
//! | financing application | a seller's request to one bank, from draft to repaid |
//! | claim | a bank's claim on an invoice, recorded on the ledger |

pub mod document;
pub mod export;
pub mod identifier;
pub mod identity;
pub mod import;
pub mod leaf;
pub mod money;
pub mod state;

pub use document::{Document, Invoice, Order, Party};
pub use identifier::{Bic, Country, Gln, Iban, Identifier, Lei, Scheme, Uscc};
pub use leaf::{GRAND_TOTAL_POINTER, LeafForm, integer_form};
pub use money::{Currency, Money};
