//! The documents of the platform, each the Rust side of one JSON Schema in `api-spec/schemas`.

mod arithmetic;
mod consistency;
mod invoice;
mod order;
mod parts;
mod party;
mod schema;

use serde_json::Value;

pub use arithmetic::arithmetic_warnings;
pub use invoice::{Invoice, InvoiceLine, InvoiceTotals, OrderReference, RoleProofs, TaxSubtotal};
pub use order::{Order, OrderLine, OrderTotals};
pub use parts::{
    AllowanceCharge, Delivery, DocumentReference, Item, Note, PaymentAccount, PaymentMeans, Period, Price, Quantity,
    Tax,
};
pub use party::{Address, Contact, Party};
pub use schema::{DocumentError, Schema, Violation};

/// A document of any kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Document {
    /// An invoice or credit note.
    Invoice(Box<Invoice>),
    /// A purchase order.
    Order(Box<Order>),
}

impl Document {
    /// Reads a document from JSON that says by its fields what it is.
    ///
    /// # Errors
    /// Neither an invoice nor an order, or against its schema.
    pub fn from_value(value: &Value) -> Result<Self, DocumentError> {
        if value.get("invoiceNumber").is_some() {
            Ok(Self::Invoice(Box::new(Invoice::from_value(value)?)))
        } else if value.get("orderNumber").is_some() {
            Ok(Self::Order(Box::new(Order::from_value(value)?)))
        } else {
            Err(DocumentError::Unknown)
        }
    }

    /// The document as JSON.
    ///
    /// # Errors
    /// Does not happen for documents that were read or imported by this crate.
    pub fn to_value(&self) -> Result<Value, DocumentError> {
        match self {
            Self::Invoice(invoice) => invoice.to_value(),
            Self::Order(order) => order.to_value(),
        }
    }

    /// Which schema it follows.
    pub fn schema(&self) -> Schema {
        match self {
            Self::Invoice(_) => Schema::Invoice,
            Self::Order(_) => Schema::Order,
        }
    }

    /// The invoice, if it is one.
    pub fn as_invoice(&self) -> Option<&Invoice> {
        match self {
            Self::Invoice(invoice) => Some(invoice),
            Self::Order(_) => None,
        }
    }

    /// The order, if it is one.
    pub fn as_order(&self) -> Option<&Order> {
        match self {
            Self::Order(order) => Some(order),
            Self::Invoice(_) => None,
        }
    }
}
