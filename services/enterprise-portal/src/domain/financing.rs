//! A financing request as the portal sees it: the bank decides, the portal keeps the order of things.
//!
//! | From | Event | To |
//! |---|---|---|
//! | matching | matched | matched |
//! | matched | bank chosen | submitted |
//! | submitted | checking, declined, evidence-requested | the same |
//! | checking | declined, evidence-requested | the same |
//! | evidence-requested | evidence given | claiming |
//! | evidence-requested | declined | declined |
//! | claiming | evidence-requested (the claims changed), refused-…, refused, claimed, offered, declined | the same |
//! | claimed | offered, declined, refused | the same |
//! | offered | offer accepted | accepted |
//! | offered | declined, refused | the same |
//! | accepted | financed, declined, refused | the same |
//!
//! A bank's word that repeats the present state renews what came with it; one that the request has already left
//! behind is late and is ignored, because deliveries may arrive twice or out of order.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// No bank chosen; the marketplace was asked.
    Matching,
    /// The marketplace answered.
    Matched,
    /// On its way to the bank.
    Submitted,
    /// The bank looks into it.
    Checking,
    /// The bank said no.
    Declined,
    /// The bank awaits the seller's proofs for its claim.
    EvidenceRequested,
    /// The seller's proofs are with the bank, which claims on the ledger.
    Claiming,
    /// The ledger's rules: the invoice is claimed under another document.
    RefusedDuplicate,
    /// The ledger's rules: it would exceed what may be advanced.
    RefusedOverLimit,
    /// The ledger's rules, for another reason.
    Refused,
    /// The claim stands.
    Claimed,
    /// The bank made an offer.
    Offered,
    /// The seller accepted it.
    Accepted,
    /// Money was paid.
    Financed,
}

/// What a bank may say about a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BankWord {
    /// As [`State::Checking`].
    Checking,
    /// As [`State::Declined`].
    Declined,
    /// As [`State::EvidenceRequested`].
    EvidenceRequested,
    /// As [`State::Claiming`].
    Claiming,
    /// As [`State::RefusedDuplicate`].
    RefusedDuplicate,
    /// As [`State::RefusedOverLimit`].
    RefusedOverLimit,
    /// As [`State::Refused`].
    Refused,
    /// As [`State::Claimed`].
    Claimed,
    /// As [`State::Offered`].
    Offered,
    /// As [`State::Financed`].
    Financed,
}

/// What may happen to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The marketplace answered.
    Matched,
    /// The seller chose a bank.
    BankChosen,
    /// The seller gave its proofs.
    EvidenceGiven,
    /// The seller accepted the offer.
    OfferAccepted,
    /// The bank reported.
    Bank(BankWord),
}

/// What an event does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The request stands there now.
    Moved(State),
    /// The event is late and says nothing new.
    Ignored,
}

/// The event does not belong to the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{event} is not possible while the request is {state}")]
pub struct Refusal {
    /// Where the request stands.
    pub state: State,
    /// What was tried.
    pub event: Event,
}

impl State {
    /// Every state, in the order of a request that succeeds.
    pub const ALL: [Self; 14] = [
        Self::Matching,
        Self::Matched,
        Self::Submitted,
        Self::Checking,
        Self::Declined,
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

    /// The name used in the API and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Matching => "matching",
            Self::Matched => "matched",
            Self::Submitted => "submitted",
            Self::Checking => "checking",
            Self::Declined => "declined",
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

    /// What `event` does to a request in this state.
    ///
    /// # Errors
    /// [`Refusal`] when the table has no such line.
    pub const fn apply(self, event: Event) -> Result<Effect, Refusal> {
        match event {
            Event::Matched => match self {
                Self::Matching => Ok(Effect::Moved(Self::Matched)),
                _ => Ok(Effect::Ignored),
            },
            Event::BankChosen if matches!(self, Self::Matched) => Ok(Effect::Moved(Self::Submitted)),
            Event::EvidenceGiven if matches!(self, Self::EvidenceRequested) => Ok(Effect::Moved(Self::Claiming)),
            Event::OfferAccepted if matches!(self, Self::Offered) => Ok(Effect::Moved(Self::Accepted)),
            Event::Bank(word) => self.hear(word),
            Event::BankChosen | Event::EvidenceGiven | Event::OfferAccepted => Err(Refusal { state: self, event }),
        }
    }

    const fn hear(self, word: BankWord) -> Result<Effect, Refusal> {
        let said = word.state();
        if self as u8 == said as u8 || self.may_become(said) {
            Ok(Effect::Moved(said))
        } else if self.has_passed(word) {
            Ok(Effect::Ignored)
        } else {
            Err(Refusal { state: self, event: Event::Bank(word) })
        }
    }

    const fn may_become(self, said: Self) -> bool {
        use State::{
            Accepted, Checking, Claimed, Claiming, Declined, EvidenceRequested, Financed, Matched, Matching, Offered,
            Refused, RefusedDuplicate, RefusedOverLimit, Submitted,
        };
        match self {
            Submitted => matches!(said, Checking | Declined | EvidenceRequested),
            Checking => matches!(said, Declined | EvidenceRequested),
            EvidenceRequested => matches!(said, Declined),
            Claiming => matches!(
                said,
                EvidenceRequested | RefusedDuplicate | RefusedOverLimit | Refused | Claimed | Offered | Declined
            ),
            Claimed => matches!(said, Offered | Declined | Refused),
            Offered => matches!(said, Declined | Refused),
            Accepted => matches!(said, Financed | Declined | Refused),
            Matching | Matched | Declined | RefusedDuplicate | RefusedOverLimit | Refused | Financed => false,
        }
    }

    /// Whether the request was, or may have been, where `word` says it is.
    const fn has_passed(self, word: BankWord) -> bool {
        let rank = match self {
            Self::Matching | Self::Matched | Self::Submitted => 0,
            Self::Checking => 1,
            Self::EvidenceRequested => 2,
            Self::Claiming => 3,
            Self::Claimed => 4,
            Self::Offered => 5,
            Self::Accepted => 6,
            Self::Declined | Self::RefusedDuplicate | Self::RefusedOverLimit | Self::Refused | Self::Financed => 7,
        };
        match word {
            BankWord::Checking => rank > 1,
            BankWord::EvidenceRequested => rank > 3,
            BankWord::Claiming => rank > 3,
            BankWord::Claimed => rank > 4,
            BankWord::Offered => rank > 5,
            BankWord::Declined
            | BankWord::RefusedDuplicate
            | BankWord::RefusedOverLimit
            | BankWord::Refused
            | BankWord::Financed => false,
        }
    }
}

impl BankWord {
    /// The state that the word names.
    pub const fn state(self) -> State {
        match self {
            Self::Checking => State::Checking,
            Self::Declined => State::Declined,
            Self::EvidenceRequested => State::EvidenceRequested,
            Self::Claiming => State::Claiming,
            Self::RefusedDuplicate => State::RefusedDuplicate,
            Self::RefusedOverLimit => State::RefusedOverLimit,
            Self::Refused => State::Refused,
            Self::Claimed => State::Claimed,
            Self::Offered => State::Offered,
            Self::Financed => State::Financed,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A stored state that this version does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no state of a financing request is called {0}")]
pub struct UnknownState(String);

impl FromStr for State {
    type Err = UnknownState;

    fn from_str(name: &str) -> Result<Self, UnknownState> {
        Self::ALL.into_iter().find(|state| state.name() == name).ok_or_else(|| UnknownState(name.to_owned()))
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Matched => f.write_str("matching"),
            Self::BankChosen => f.write_str("choosing a bank"),
            Self::EvidenceGiven => f.write_str("giving evidence"),
            Self::OfferAccepted => f.write_str("accepting an offer"),
            Self::Bank(word) => write!(f, "the bank's {}", word.state()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const WORDS: [BankWord; 10] = [
        BankWord::Checking,
        BankWord::Declined,
        BankWord::EvidenceRequested,
        BankWord::Claiming,
        BankWord::RefusedDuplicate,
        BankWord::RefusedOverLimit,
        BankWord::Refused,
        BankWord::Claimed,
        BankWord::Offered,
        BankWord::Financed,
    ];

    /// The doc comment's table as `(from, event)` → states.
    fn documented() -> BTreeSet<(String, String)> {
        let refused = ["refused-duplicate", "refused-over-limit"];
        include_str!("financing.rs")
            .lines()
            .filter_map(|line| line.strip_prefix("//! | "))
            .skip(1)
            .flat_map(|line| {
                let cells: Vec<&str> = line.trim_end_matches(" |").split(" | ").collect();
                let from = cells[0].to_owned();
                let to: Vec<String> = match cells[2] {
                    "the same" => cells[1]
                        .split(", ")
                        .flat_map(|said| match said {
                            "refused-…" => refused.map(str::to_owned).to_vec(),
                            said => vec![said.split(' ').next().unwrap_or(said).to_owned()],
                        })
                        .collect(),
                    to => vec![to.to_owned()],
                };
                to.into_iter().map(move |to| (from.clone(), to))
            })
            .collect()
    }

    #[test]
    fn the_table_is_what_the_code_does() {
        let events = [Event::Matched, Event::BankChosen, Event::EvidenceGiven, Event::OfferAccepted]
            .into_iter()
            .chain(WORDS.map(Event::Bank));
        let mut done = BTreeSet::new();
        for event in events {
            for from in State::ALL {
                match from.apply(event) {
                    Ok(Effect::Moved(to)) if to != from => {
                        done.insert((from.to_string(), to.to_string()));
                    }
                    Ok(Effect::Moved(_) | Effect::Ignored) => {}
                    Err(refusal) => assert_eq!(refusal, Refusal { state: from, event }),
                }
            }
        }
        assert_eq!(done, documented());
    }

    #[test]
    fn late_words_are_ignored_and_impossible_ones_refused() {
        assert_eq!(State::Offered.apply(Event::Bank(BankWord::Checking)), Ok(Effect::Ignored));
        assert_eq!(State::Financed.apply(Event::Bank(BankWord::Offered)), Ok(Effect::Ignored));
        assert!(State::Submitted.apply(Event::Bank(BankWord::Financed)).is_err());
        assert!(State::Declined.apply(Event::Bank(BankWord::Financed)).is_err());
        let refusal = State::Submitted.apply(Event::OfferAccepted).unwrap_err();
        assert_eq!(refusal.to_string(), "accepting an offer is not possible while the request is submitted");
    }

    #[test]
    fn names_round_trip() {
        for state in State::ALL {
            assert_eq!(state.name().parse(), Ok(state));
            assert_eq!(serde_json::to_value(state).unwrap(), state.name());
        }
        assert!("paid".parse::<State>().is_err());
    }
}
