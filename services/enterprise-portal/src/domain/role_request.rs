//! A request to a party for its one-time key in a document that is about to be sealed.

use kontor_ledger::time::Timestamp;
use kontor_sealing::{DocumentId, PublicKey, Role};

use super::{enterprise::AccountId, handle::Handle, id::Id, sealed::Sealed};

/// What the party gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Its one-time key for the role.
    pub role_key: PublicKey,
    /// Who it is and that the key is its own, sealed to the requester.
    pub proof: Sealed,
    /// When it answered.
    pub at: Timestamp,
}

/// A request for a role key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleRequest {
    /// Its id.
    pub id: Id<RoleRequest>,
    /// Who seals the document.
    pub requester: (AccountId, Handle),
    /// Who is asked for a key.
    pub party: (AccountId, Handle),
    /// The document to be.
    pub document: DocumentId,
    /// The role in it.
    pub role: Role,
    /// The key, once given.
    pub answer: Option<Answer>,
    /// When it was made.
    pub created: Timestamp,
}

/// The party gave another key before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the request was answered with another key before")]
pub struct AlreadyAnswered;

impl RoleRequest {
    /// Takes the party's key; true if it is new, false if the same key is there. A key that was given stands, because
    /// it may be in a header already.
    ///
    /// # Errors
    /// [`AlreadyAnswered`].
    pub fn answer(&mut self, answer: Answer) -> Result<bool, AlreadyAnswered> {
        match &self.answer {
            None => {
                self.answer = Some(answer);
                Ok(true)
            }
            Some(known) if known.role_key == answer.role_key => Ok(false),
            Some(_) => Err(AlreadyAnswered),
        }
    }
}

/// The role of that name.
pub fn role(name: &str) -> Option<Role> {
    [Role::Seller, Role::Buyer, Role::Carrier, Role::Bank, Role::Customs, Role::Warehouse, Role::Insurer]
        .into_iter()
        .find(|role| role.name() == name)
}
