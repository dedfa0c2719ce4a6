//! The life of a purchase order.
//!
//! | From | Event | To |
//! |---|---|---|
//! | draft | propose | proposed |
//! | draft | cancel | cancelled |
//! | proposed | accept | established |
//! | proposed | reject | rejected |
//! | proposed | cancel | cancelled |
//! | established | request-amendment | amendment-requested |
//! | established | match-part | part-matched |
//! | established | match-all | complete |
//! | established | cancel | cancelled |
//! | amendment-requested | accept-amendment | established |
//! | amendment-requested | reject-amendment | established |
//! | amendment-requested | cancel | cancelled |
//! | part-matched | match-part | part-matched |
//! | part-matched | match-all | complete |
//! | part-matched | close | closed |
//! | complete | close | closed |

use super::{Refusal, named};

named! {
    /// Where an order stands.
    OrderState {
        /// Being written by the buyer.
        Draft = "draft",
        /// Sent to the seller.
        Proposed = "proposed",
        /// Accepted by the seller.
        Established = "established",
        /// A change waits for the other side.
        AmendmentRequested = "amendment-requested",
        /// Some of it was invoiced.
        PartMatched = "part-matched",
        /// All of it was invoiced.
        Complete = "complete",
        /// Settled and filed.
        Closed = "closed",
        /// Not accepted by the seller.
        Rejected = "rejected",
        /// Called off.
        Cancelled = "cancelled",
    }
}

named! {
    /// What can happen to an order.
    OrderEvent {
        /// The buyer sends it.
        Propose = "propose",
        /// The seller accepts it.
        Accept = "accept",
        /// The seller does not accept it.
        Reject = "reject",
        /// Either side asks for a change.
        RequestAmendment = "request-amendment",
        /// The other side agrees to the change.
        AcceptAmendment = "accept-amendment",
        /// The other side does not agree to the change.
        RejectAmendment = "reject-amendment",
        /// An invoice for some of it was matched.
        MatchPart = "match-part",
        /// The last invoice was matched.
        MatchAll = "match-all",
        /// It is settled and filed.
        Close = "close",
        /// It is called off.
        Cancel = "cancel",
    }
}

impl OrderState {
    /// The state after an event.
    ///
    /// # Errors
    /// The event is not possible in this state.
    pub fn apply(self, event: OrderEvent) -> Result<Self, Refusal> {
        use OrderEvent as Event;
        match (self, event) {
            (Self::Draft, Event::Propose) => Ok(Self::Proposed),
            (Self::Draft | Self::Proposed | Self::Established | Self::AmendmentRequested, Event::Cancel) => {
                Ok(Self::Cancelled)
            }
            (Self::Proposed, Event::Accept) => Ok(Self::Established),
            (Self::Proposed, Event::Reject) => Ok(Self::Rejected),
            (Self::Established, Event::RequestAmendment) => Ok(Self::AmendmentRequested),
            (Self::Established | Self::PartMatched, Event::MatchPart) => Ok(Self::PartMatched),
            (Self::Established | Self::PartMatched, Event::MatchAll) => Ok(Self::Complete),
            (Self::AmendmentRequested, Event::AcceptAmendment) => Ok(Self::Established),
            (Self::AmendmentRequested, Event::RejectAmendment) => Ok(Self::Established),
            (Self::PartMatched | Self::Complete, Event::Close) => Ok(Self::Closed),
            _ => Err(Refusal { object: "order", state: self.as_str(), event: event.as_str() }),
        }
    }

    /// True if nothing can happen any more.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Closed | Self::Rejected | Self::Cancelled)
    }
}
