//! A financing application as the bank sees it, from the seller's request to money paid.
//!
//! | From | Event | To |
//! |---|---|---|
//! | checking | checks ended: declined | declined |
//! | checking | checks ended: near match | awaiting-acknowledgement |
//! | checking | checks ended: clear | evidence-requested |
//! | awaiting-acknowledgement | acknowledged, no evidence yet | evidence-requested |
//! | awaiting-acknowledgement | acknowledged, evidence is there | claiming |
//! | evidence-requested | evidence taken | claiming |
//! | evidence-requested | evidence unusable | evidence-requested |
//! | claiming | claim answered: accepted | claimed |
//! | claiming | claim answered: claims changed | evidence-requested |
//! | claiming | claim answered: near match unacknowledged | awaiting-acknowledgement |
//! | claiming | claim answered: duplicate | refused-duplicate |
//! | claiming | claim answered: over the limit | refused-over-limit |
//! | claiming | claim answered: anything else | refused |
//! | claimed, offered | offer made | offered |
//! | offered | offer accepted | accepted |
//! | accepted | finance answered: accepted | financed |
//! | accepted | finance answered: refused | refused |
//! | checking, awaiting-acknowledgement, evidence-requested, claimed, offered | declined | declined |

use std::{fmt, str::FromStr};

use kontor_ledger::outcome::{Outcome, RefusalCode};
use serde::{Deserialize, Serialize};

/// Where an application stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Received; the checks run.
    Checking,
    /// The bank said no.
    Declined,
    /// An officer must speak on a near match.
    AwaitingAcknowledgement,
    /// The seller is to prove that the claim fits.
    EvidenceRequested,
    /// The reservation is on its way through the ledger.
    Claiming,
    /// The ledger's rules: claimed under another document.
    RefusedDuplicate,
    /// The ledger's rules: over the cap, or no valid proof that it is not.
    RefusedOverLimit,
    /// The ledger's rules, for another reason.
    Refused,
    /// The claim stands.
    Claimed,
    /// An offer is with the seller.
    Offered,
    /// The seller accepted.
    Accepted,
    /// The ledger has it as financed, the payment message is made.
    Financed,
}

/// How the checks ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing stands against a claim.
    Clear,
    /// Another document looks like the same trade.
    NearMatch,
    /// Not financeable.
    Declined,
}

/// What may happen to an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The checks ended.
    Checked(Verdict),
    /// An officer decided to go on in spite of a near match.
    Acknowledged {
        /// Whether the seller's evidence is there already.
        evidence: bool,
    },
    /// The seller's evidence holds as far as the bank can see.
    EvidenceTaken,
    /// The seller's evidence does not fit; another is needed.
    EvidenceUnusable,
    /// The ledger answered the reservation.
    ClaimAnswered(Outcome),
    /// An officer made an offer, or another one.
    OfferMade,
    /// The seller accepted the offer.
    OfferAccepted,
    /// The ledger answered the record that marks it financed.
    FinanceAnswered(Outcome),
    /// An officer declined.
    Declined,
}

/// The event does not belong to the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{event} is not possible while the application is {state}")]
pub struct Refusal {
    /// Where the application stands.
    pub state: State,
    /// What was tried.
    pub event: Event,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 12] = [
        Self::Checking,
        Self::Declined,
        Self::AwaitingAcknowledgement,
        Self::EvidenceRequested,
        Self::Claiming,
        Self::RefusedDuplicate,
        Self::RefusedOverLimit,
        Self::Refused,
        Self::Claimed,
        Self::Offered,
        Self::Accepted,
        Self::Financed,
    ];

    /// The name in the API and the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Checking => "checking",
            Self::Declined => "declined",
            Self::AwaitingAcknowledgement => "awaiting-acknowledgement",
            Self::EvidenceRequested => "evidence-requested",
            Self::Claiming => "claiming",
            Self::RefusedDuplicate => "refused-duplicate",
            Self::RefusedOverLimit => "refused-over-limit",
            Self::Refused => "refused",
            Self::Claimed => "claimed",
            Self::Offered => "offered",
            Self::Accepted => "accepted",
            Self::Financed => "financed",
        }
    }

    /// The name that the portal knows the state by: it does not hear of near matches.
    pub const fn portal_name(self) -> &'static str {
        match self {
            Self::AwaitingAcknowledgement => "checking",
            state => state.name(),
        }
    }

    /// Whether a claim of the bank stands on the ledger, to be released if the bank declines.
    pub const fn holds_claim(self) -> bool {
        matches!(self, Self::Claimed | Self::Offered | Self::Accepted | Self::Financed)
    }

    /// The state after `event`.
    ///
    /// # Errors
    /// [`Refusal`] naming both if the table above has no such row.
    pub fn apply(self, event: Event) -> Result<Self, Refusal> {
        match (self, event) {
            (Self::Checking, Event::Checked(Verdict::Declined)) => Ok(Self::Declined),
            (Self::Checking, Event::Checked(Verdict::NearMatch)) => Ok(Self::AwaitingAcknowledgement),
            (Self::Checking, Event::Checked(Verdict::Clear)) => Ok(Self::EvidenceRequested),
            (Self::AwaitingAcknowledgement, Event::Acknowledged { evidence: false }) => Ok(Self::EvidenceRequested),
            (Self::AwaitingAcknowledgement, Event::Acknowledged { evidence: true }) => Ok(Self::Claiming),
            (Self::EvidenceRequested, Event::EvidenceTaken) => Ok(Self::Claiming),
            (Self::EvidenceRequested, Event::EvidenceUnusable) => Ok(Self::EvidenceRequested),
            (Self::Claiming, Event::ClaimAnswered(outcome)) => Ok(after_claim(outcome)),
            (Self::Claimed | Self::Offered, Event::OfferMade) => Ok(Self::Offered),
            (Self::Offered, Event::OfferAccepted) => Ok(Self::Accepted),
            (Self::Accepted, Event::FinanceAnswered(Outcome::Accepted)) => Ok(Self::Financed),
            (Self::Accepted, Event::FinanceAnswered(Outcome::Refused(_))) => Ok(Self::Refused),
            (
                Self::Checking
                | Self::AwaitingAcknowledgement
                | Self::EvidenceRequested
                | Self::Claimed
                | Self::Offered,
                Event::Declined,
            ) => Ok(Self::Declined),
            (state, event) => Err(Refusal { state, event }),
        }
    }
}

const fn after_claim(outcome: Outcome) -> State {
    match outcome {
        Outcome::Accepted => State::Claimed,
        Outcome::Refused(RefusalCode::ClaimsChanged) => State::EvidenceRequested,
        Outcome::Refused(RefusalCode::NearMatchUnacknowledged) => State::AwaitingAcknowledgement,
        Outcome::Refused(RefusalCode::Duplicate) => State::RefusedDuplicate,
        Outcome::Refused(RefusalCode::HeadroomProofInvalid | RefusalCode::OverRate | RefusalCode::Diluted) => {
            State::RefusedOverLimit
        }
        Outcome::Refused(_) => State::Refused,
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Checked(_) => "the end of the checks",
            Self::Acknowledged { .. } => "an acknowledgement",
            Self::EvidenceTaken | Self::EvidenceUnusable => "evidence",
            Self::ClaimAnswered(_) => "an answer to the claim",
            Self::OfferMade => "an offer",
            Self::OfferAccepted => "an acceptance",
            Self::FinanceAnswered(_) => "an answer to the financing",
            Self::Declined => "declining",
        })
    }
}

/// A name that is no state's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no application state of that name")]
pub struct UnknownState;

impl FromStr for State {
    type Err = UnknownState;

    fn from_str(text: &str) -> Result<Self, UnknownState> {
        Self::ALL.into_iter().find(|state| state.name() == text).ok_or(UnknownState)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn events() -> Vec<Event> {
        let outcomes: Vec<Outcome> =
            std::iter::once(Outcome::Accepted).chain(RefusalCode::ALL.into_iter().map(Outcome::Refused)).collect();
        let verdicts = [Verdict::Clear, Verdict::NearMatch, Verdict::Declined].map(Event::Checked);
        let mut events = vec![
            Event::Acknowledged { evidence: false },
            Event::Acknowledged { evidence: true },
            Event::EvidenceTaken,
            Event::EvidenceUnusable,
            Event::OfferMade,
            Event::OfferAccepted,
            Event::Declined,
        ];
        events.extend(verdicts);
        events.extend(outcomes.iter().copied().map(Event::ClaimAnswered));
        events.extend(outcomes.into_iter().map(Event::FinanceAnswered));
        events
    }

    /// Pairs (from, to) of the table in the module's documentation.
    fn documented() -> BTreeSet<(State, State)> {
        let source = include_str!("application.rs");
        let rows = source.lines().filter_map(|line| line.strip_prefix("//! | ")).skip(1);
        rows.flat_map(|row| {
            let cells: Vec<&str> = row.trim_end_matches('|').split('|').map(str::trim).collect();
            let to: State = cells[2].parse().expect("a state");
            let from = cells[0].split(", ").map(|name| name.parse().expect("a state")).collect::<Vec<State>>();
            from.into_iter().map(move |from| (from, to))
        })
        .collect()
    }

    #[test]
    fn the_table_lists_exactly_the_moves_there_are() {
        let mut moves = BTreeSet::new();
        for state in State::ALL {
            for event in events() {
                match state.apply(event) {
                    Ok(to) => drop(moves.insert((state, to))),
                    Err(refusal) => assert_eq!((refusal.state, refusal.event), (state, event)),
                }
            }
        }
        assert_eq!(moves, documented());
    }

    #[test]
    fn nothing_leaves_a_final_state() {
        let last = [State::Declined, State::RefusedDuplicate, State::RefusedOverLimit, State::Refused, State::Financed];
        for state in last {
            assert!(events().into_iter().all(|event| state.apply(event).is_err()), "{state}");
        }
    }

    #[test]
    fn names_read_back_and_near_matches_stay_inside() {
        for state in State::ALL {
            assert_eq!(state.name().parse(), Ok(state));
        }
        assert_eq!(State::AwaitingAcknowledgement.portal_name(), "checking");
    }
}
