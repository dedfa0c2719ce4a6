//! The life of a receivable, or of a part of one, on the ledger.
//!
//! | From | Event | To |
//! |---|---|---|
//! | issued | acknowledge | acknowledged |
//! | issued | withdraw | destroyed |
//! | acknowledged | split | split |
//! | acknowledged | transfer | transferred |
//! | acknowledged | finance | financed |
//! | acknowledged | settle | settled |
//! | acknowledged | receive | destroyed |
//! | held | split | split |
//! | held | transfer | transferred |
//! | held | finance | financed |
//! | held | settle | settled |
//! | held | receive | destroyed |
//! | transferred | acknowledge | held |
//! | transferred | transfer | transferred |
//! | transferred | settle | settled |
//! | transferred | receive | destroyed |
//! | financed | transfer | transferred |
//! | financed | settle | settled |
//! | financed | receive | destroyed |
//! | settled | receive | destroyed |

use super::{Refusal, named};

named! {
    /// Where a receivable stands.
    ReceivableState {
        /// By the buyer, not taken by the seller yet.
        Issued = "issued",
        /// Taken by the seller.
        Acknowledged = "acknowledged",
        /// Taken by whom it was handed to.
        Held = "held",
        /// Its parts stand in its place.
        Split = "split",
        /// Handed to a next holder, not taken yet. A part of a split begins here.
        Transferred = "transferred",
        /// Pledged to a bank that paid money on it.
        Financed = "financed",
        /// Paid by the issuer's word.
        Settled = "settled",
        /// Paid by the payee's word, or withdrawn before anybody took it.
        Destroyed = "destroyed",
    }
}

named! {
    /// What can happen to a receivable.
    ReceivableEvent {
        /// The next holder takes it.
        Acknowledge = "acknowledge",
        /// The issuer or the seller does not want it.
        Withdraw = "withdraw",
        /// Its holder splits it.
        Split = "split",
        /// Its holder, or the bank that has it in pledge, hands it on.
        Transfer = "transfer",
        /// A bank pays money on it.
        Finance = "finance",
        /// The issuer says that it is paid.
        Settle = "settle",
        /// The payee says that it was paid.
        Receive = "receive",
    }
}

impl ReceivableState {
    /// The state after an event.
    ///
    /// # Errors
    /// The event is not possible in this state.
    pub fn apply(self, event: ReceivableEvent) -> Result<Self, Refusal> {
        use ReceivableEvent as Event;
        let live = matches!(self, Self::Acknowledged | Self::Held | Self::Transferred | Self::Financed);
        match (self, event) {
            (Self::Issued, Event::Acknowledge) => Ok(Self::Acknowledged),
            (Self::Issued, Event::Withdraw) => Ok(Self::Destroyed),
            (Self::Transferred, Event::Acknowledge) => Ok(Self::Held),
            (Self::Acknowledged | Self::Held, Event::Split) => Ok(Self::Split),
            (Self::Acknowledged | Self::Held, Event::Finance) => Ok(Self::Financed),
            (_, Event::Transfer) if live => Ok(Self::Transferred),
            (_, Event::Settle) if live => Ok(Self::Settled),
            (_, Event::Receive) if live || self == Self::Settled => Ok(Self::Destroyed),
            _ => Err(Refusal { object: "receivable", state: self.as_str(), event: event.as_str() }),
        }
    }

    /// True if nothing can happen any more.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Split | Self::Destroyed)
    }
}
