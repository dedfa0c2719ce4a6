//! Documents and messages for others: UBL and CII invoices, ISO 20022 messages. Our own JSON is
//! [`Document::to_value`](crate::Document::to_value).

mod cii;
mod cii_line;
mod head001;
mod pacs008;
mod tsin002;
mod ubl;
mod ubl_line;
mod xml;

pub use cii::to_cii;
pub use head001::BusinessHeader;
pub use pacs008::{Agent, CreditTransfer, Debtor};
pub use tsin002::{FinancedInvoice, FinancingDecision, FinancingStatus, StatusReason, ValidationStatus};
pub use ubl::to_ubl;

/// Why a message cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExportError {
    /// A field has no characters, or more than the message's schema allows.
    #[error("{field} has 1 to {max} characters")]
    Length {
        /// The message's element.
        field: &'static str,
        /// Most characters allowed.
        max: usize,
    },
    /// An amount that the message's schema does not allow, such as a negative one.
    #[error("{field} is not an amount that the message allows")]
    Amount {
        /// The message's element.
        field: &'static str,
    },
    /// Amounts of one message in several currencies.
    #[error("the amounts of a message are in one currency")]
    Currency,
    /// A message without transactions.
    #[error("the message has nothing to say")]
    Empty,
}
