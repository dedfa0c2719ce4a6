//! A request to a bank to attest who an enterprise is; both profile and attestation are sealed.
//!
//! | From | Event | To |
//! |---|---|---|
//! | requested | granted | granted |
//! | requested | declined | declined |

use kontor_ledger::{member::MemberId, time::Timestamp};

use super::{enterprise::AccountId, id::Id, sealed::Sealed};

/// The bank's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The attestation, sealed to the enterprise.
    Granted(Sealed),
    /// No attestation.
    Declined,
}

/// Where a request stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// The bank has not answered.
    Requested,
    /// The bank's answer and its words.
    Answered(Answer, Option<String>),
}

/// A request for attestation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttestationRequest {
    /// Its id.
    pub id: Id<AttestationRequest>,
    /// Who asks.
    pub account: AccountId,
    /// Who is asked.
    pub bank: MemberId,
    /// The enterprise's profile, sealed to the bank.
    pub profile: Sealed,
    /// Where it stands.
    pub state: State,
    /// When it was made.
    pub created: Timestamp,
    /// When it was answered, or made.
    pub updated: Timestamp,
}

/// The bank answered otherwise before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the request was answered otherwise before")]
pub struct AlreadyAnswered;

impl AttestationRequest {
    /// Takes the bank's answer; true if it is new, false if it repeats the one that is there.
    ///
    /// # Errors
    /// [`AlreadyAnswered`].
    pub fn answer(&mut self, answer: Answer, reason: Option<String>, now: Timestamp) -> Result<bool, AlreadyAnswered> {
        match &self.state {
            State::Requested => {
                self.state = State::Answered(answer, reason);
                self.updated = now;
                Ok(true)
            }
            State::Answered(known, _) if *known == answer => Ok(false),
            State::Answered(..) => Err(AlreadyAnswered),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_stands() {
        let sealed = |text: &str| Sealed::stored(text.to_owned());
        let mut request = AttestationRequest {
            id: Id::fresh(),
            account: "0192d5e3-7c1e-7000-8000-000000000001".parse().unwrap(),
            bank: "AURUDEFF".parse().unwrap(),
            profile: sealed("cHJvZmlsZQ=="),
            state: State::Requested,
            created: Timestamp::default(),
            updated: Timestamp::default(),
        };
        let now = Timestamp::default().plus_millis(5);
        let granted = Answer::Granted(sealed("YXR0"));
        assert_eq!(request.answer(granted.clone(), None, now), Ok(true));
        assert_eq!(request.updated, now);
        assert_eq!(request.answer(granted, None, now), Ok(false));
        assert_eq!(request.answer(Answer::Declined, None, now), Err(AlreadyAnswered));
    }
}
