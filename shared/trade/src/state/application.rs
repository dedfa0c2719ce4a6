//! The life of a financing application at one bank.
//!
//! | From | Event | To |
//! |---|---|---|
//! | draft | submit | submitted |
//! | draft | withdraw | withdrawn |
//! | submitted | check | checking |
//! | submitted | decline | declined |
//! | submitted | withdraw | withdrawn |
//! | checking | offer | offered |
//! | checking | decline | declined |
//! | checking | withdraw | withdrawn |
//! | offered | accept | accepted |
//! | offered | decline | declined |
//! | offered | withdraw | withdrawn |
//! | offered | expire | expired |
//! | accepted | approve | approved |
//! | accepted | decline | declined |
//! | accepted | cancel | cancelled |
//! | approved | release | released |
//! | approved | cancel | cancelled |
//! | released | disburse | disbursed |
//! | released | cancel | cancelled |
//! | disbursed | repay | repaid |
//! | disbursed | default | defaulted |
//! | defaulted | recover | repaid |

use super::{Refusal, named};

named! {
    /// Where a financing application stands.
    ApplicationState {
        /// Being written by the applicant.
        Draft = "draft",
        /// With the bank.
        Submitted = "submitted",
        /// The bank runs its checks.
        Checking = "checking",
        /// The bank made an offer.
        Offered = "offered",
        /// The applicant accepted the offer.
        Accepted = "accepted",
        /// The first officer approved (maker).
        Approved = "approved",
        /// The second officer released (checker).
        Released = "released",
        /// The money was sent.
        Disbursed = "disbursed",
        /// The money came back.
        Repaid = "repaid",
        /// The bank does not finance.
        Declined = "declined",
        /// The applicant took it back.
        Withdrawn = "withdrawn",
        /// The offer ran out.
        Expired = "expired",
        /// The money did not come back in time.
        Defaulted = "defaulted",
        /// Stopped after acceptance, before money moved.
        Cancelled = "cancelled",
    }
}

named! {
    /// What can happen to a financing application.
    ApplicationEvent {
        /// The applicant sends it.
        Submit = "submit",
        /// The bank takes it up.
        Check = "check",
        /// The bank makes an offer.
        Offer = "offer",
        /// The applicant accepts the offer.
        Accept = "accept",
        /// An officer approves.
        Approve = "approve",
        /// Another officer releases.
        Release = "release",
        /// The money is sent.
        Disburse = "disburse",
        /// The money came back.
        Repay = "repay",
        /// The bank does not finance.
        Decline = "decline",
        /// The applicant takes it back.
        Withdraw = "withdraw",
        /// The offer ran out.
        Expire = "expire",
        /// The money did not come back in time.
        Default = "default",
        /// Money came back after all.
        Recover = "recover",
        /// It is stopped before money moves.
        Cancel = "cancel",
    }
}

impl ApplicationState {
    /// The state after an event.
    ///
    /// # Errors
    /// The event is not possible in this state.
    pub fn apply(self, event: ApplicationEvent) -> Result<Self, Refusal> {
        use ApplicationEvent as Event;
        match (self, event) {
            (Self::Draft, Event::Submit) => Ok(Self::Submitted),
            (Self::Draft | Self::Submitted | Self::Checking | Self::Offered, Event::Withdraw) => Ok(Self::Withdrawn),
            (Self::Submitted, Event::Check) => Ok(Self::Checking),
            (Self::Submitted | Self::Checking | Self::Offered | Self::Accepted, Event::Decline) => Ok(Self::Declined),
            (Self::Checking, Event::Offer) => Ok(Self::Offered),
            (Self::Offered, Event::Accept) => Ok(Self::Accepted),
            (Self::Offered, Event::Expire) => Ok(Self::Expired),
            (Self::Accepted, Event::Approve) => Ok(Self::Approved),
            (Self::Accepted | Self::Approved | Self::Released, Event::Cancel) => Ok(Self::Cancelled),
            (Self::Approved, Event::Release) => Ok(Self::Released),
            (Self::Released, Event::Disburse) => Ok(Self::Disbursed),
            (Self::Disbursed, Event::Repay) => Ok(Self::Repaid),
            (Self::Disbursed, Event::Default) => Ok(Self::Defaulted),
            (Self::Defaulted, Event::Recover) => Ok(Self::Repaid),
            _ => Err(Refusal { object: "financing application", state: self.as_str(), event: event.as_str() }),
        }
    }

    /// True if nothing can happen any more.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Repaid | Self::Declined | Self::Withdrawn | Self::Expired | Self::Cancelled)
    }
}
