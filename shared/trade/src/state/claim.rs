//! The life of a bank's financing claim on the ledger.
//!
//! | From | Event | To |
//! |---|---|---|
//! | pending | register | registered |
//! | pending | refuse-duplicate | refused-duplicate |
//! | pending | refuse-over-limit | refused-over-limit |
//! | registered | finance | financed |
//! | registered | release | released |
//! | registered | expire | released |
//! | financed | settle | settled |
//! | financed | release | released |

use super::{Refusal, named};

named! {
    /// Where a financing claim stands.
    ClaimState {
        /// Submitted, not ordered yet.
        Pending = "pending",
        /// Reserved on the ledger.
        Registered = "registered",
        /// The money was sent.
        Financed = "financed",
        /// The buyer paid.
        Settled = "settled",
        /// Given up by the bank, or run out.
        Released = "released",
        /// The invoice is claimed as another document.
        RefusedDuplicate = "refused-duplicate",
        /// No valid proof that the cap holds.
        RefusedOverLimit = "refused-over-limit",
    }
}

named! {
    /// What can happen to a financing claim.
    ClaimEvent {
        /// The ledger accepts it.
        Register = "register",
        /// The ledger refuses it as a duplicate.
        RefuseDuplicate = "refuse-duplicate",
        /// The ledger refuses it for its proof.
        RefuseOverLimit = "refuse-over-limit",
        /// The bank sent the money.
        Finance = "finance",
        /// The buyer paid.
        Settle = "settle",
        /// The bank gives it up.
        Release = "release",
        /// The reservation ran out.
        Expire = "expire",
    }
}

impl ClaimState {
    /// The state after an event.
    ///
    /// # Errors
    /// The event is not possible in this state.
    pub fn apply(self, event: ClaimEvent) -> Result<Self, Refusal> {
        use ClaimEvent as Event;
        match (self, event) {
            (Self::Pending, Event::Register) => Ok(Self::Registered),
            (Self::Pending, Event::RefuseDuplicate) => Ok(Self::RefusedDuplicate),
            (Self::Pending, Event::RefuseOverLimit) => Ok(Self::RefusedOverLimit),
            (Self::Registered, Event::Finance) => Ok(Self::Financed),
            (Self::Registered | Self::Financed, Event::Release) => Ok(Self::Released),
            (Self::Registered, Event::Expire) => Ok(Self::Released),
            (Self::Financed, Event::Settle) => Ok(Self::Settled),
            _ => Err(Refusal { object: "financing claim", state: self.as_str(), event: event.as_str() }),
        }
    }

    /// True if nothing can happen any more.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Settled | Self::Released | Self::RefusedDuplicate | Self::RefusedOverLimit)
    }
}
