//! The life of an invoice.
//!
//! | From | Event | To |
//! |---|---|---|
//! | draft | issue | issued |
//! | draft | cancel | cancelled |
//! | issued | match | matched |
//! | issued | mismatch | mismatched |
//! | issued | confirm | confirmed |
//! | issued | dispute | disputed |
//! | issued | pay | paid |
//! | issued | cancel | cancelled |
//! | matched | confirm | confirmed |
//! | matched | dispute | disputed |
//! | matched | pay | paid |
//! | matched | cancel | cancelled |
//! | mismatched | confirm | confirmed |
//! | mismatched | dispute | disputed |
//! | mismatched | cancel | cancelled |
//! | disputed | resolve | confirmed |
//! | disputed | cancel | cancelled |
//! | confirmed | dispute | disputed |
//! | confirmed | finance-part | part-financed |
//! | confirmed | finance-all | financed |
//! | confirmed | pay | paid |
//! | confirmed | cancel | cancelled |
//! | part-financed | finance-part | part-financed |
//! | part-financed | finance-all | financed |
//! | part-financed | release-part | part-financed |
//! | part-financed | release-all | confirmed |
//! | part-financed | pay | paid |
//! | financed | release-part | part-financed |
//! | financed | release-all | confirmed |
//! | financed | pay | paid |
//! | paid | close | closed |

use super::{Refusal, named};

named! {
    /// Where an invoice stands.
    InvoiceState {
        /// Being written by the seller.
        Draft = "draft",
        /// Sent to the buyer.
        Issued = "issued",
        /// Agrees with the order.
        Matched = "matched",
        /// Does not agree with the order.
        Mismatched = "mismatched",
        /// The buyer confirmed it.
        Confirmed = "confirmed",
        /// The buyer disputes it.
        Disputed = "disputed",
        /// Some of what may be advanced was.
        PartFinanced = "part-financed",
        /// All of what may be advanced was.
        Financed = "financed",
        /// The buyer paid.
        Paid = "paid",
        /// Settled and filed.
        Closed = "closed",
        /// Called off or credited in full.
        Cancelled = "cancelled",
    }
}

named! {
    /// What can happen to an invoice.
    InvoiceEvent {
        /// The seller sends it.
        Issue = "issue",
        /// It was found to agree with the order.
        Match = "match",
        /// It was found not to agree with the order.
        Mismatch = "mismatch",
        /// The buyer confirms it.
        Confirm = "confirm",
        /// The buyer disputes it.
        Dispute = "dispute",
        /// The dispute was settled as invoiced.
        Resolve = "resolve",
        /// A bank advanced some of what may be advanced.
        FinancePart = "finance-part",
        /// Banks advanced all of what may be advanced.
        FinanceAll = "finance-all",
        /// A bank released its claim, another still stands.
        ReleasePart = "release-part",
        /// The last claim was released.
        ReleaseAll = "release-all",
        /// The buyer paid.
        Pay = "pay",
        /// It is settled and filed.
        Close = "close",
        /// It is called off or credited in full.
        Cancel = "cancel",
    }
}

impl InvoiceState {
    /// The state after an event.
    ///
    /// # Errors
    /// The event is not possible in this state.
    pub fn apply(self, event: InvoiceEvent) -> Result<Self, Refusal> {
        use InvoiceEvent as Event;
        match (self, event) {
            (Self::Draft, Event::Issue) => Ok(Self::Issued),
            (
                Self::Draft | Self::Issued | Self::Matched | Self::Mismatched | Self::Disputed | Self::Confirmed,
                Event::Cancel,
            ) => Ok(Self::Cancelled),
            (Self::Issued, Event::Match) => Ok(Self::Matched),
            (Self::Issued, Event::Mismatch) => Ok(Self::Mismatched),
            (Self::Issued | Self::Matched | Self::Mismatched, Event::Confirm) => Ok(Self::Confirmed),
            (Self::Issued | Self::Matched | Self::Mismatched | Self::Confirmed, Event::Dispute) => Ok(Self::Disputed),
            (Self::Issued | Self::Matched | Self::Confirmed | Self::PartFinanced | Self::Financed, Event::Pay) => {
                Ok(Self::Paid)
            }
            (Self::Disputed, Event::Resolve) => Ok(Self::Confirmed),
            (Self::Confirmed | Self::PartFinanced, Event::FinancePart) => Ok(Self::PartFinanced),
            (Self::Confirmed | Self::PartFinanced, Event::FinanceAll) => Ok(Self::Financed),
            (Self::PartFinanced | Self::Financed, Event::ReleasePart) => Ok(Self::PartFinanced),
            (Self::PartFinanced | Self::Financed, Event::ReleaseAll) => Ok(Self::Confirmed),
            (Self::Paid, Event::Close) => Ok(Self::Closed),
            _ => Err(Refusal { object: "invoice", state: self.as_str(), event: event.as_str() }),
        }
    }

    /// True if nothing can happen any more.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Closed | Self::Cancelled)
    }
}
