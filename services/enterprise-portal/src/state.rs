//! What handlers and jobs share.

use std::{sync::Arc, time::Duration};

use kontor_chassis::{accounts::Passwords, database::Database};
use kontor_ledger::{
    client::Members,
    member::{MemberId, MemberRole},
};
use kontor_sealing::Hash;

use crate::{changes::Changes, error::Error, ledger::Nodes};

/// The portal's parts.
pub struct Portal {
    /// Its own tables.
    pub database: Database,
    /// The network's members now.
    pub members: Members,
    /// The genesis hash.
    pub network: Hash,
    /// The operator, which sponsors the enterprises' records.
    pub sponsor: MemberId,
    /// The ledger.
    pub ledger: Arc<Nodes>,
    /// Wakes requests that wait for a job.
    pub changes: Changes,
    /// Hashes passwords.
    pub passwords: Passwords,
    /// How long a request waits for the ledger or the marketplace.
    pub patience: Duration,
}

impl Portal {
    /// That the code is an active bank's.
    ///
    /// # Errors
    /// [`Error::UnknownBank`].
    pub fn bank(&self, id: MemberId) -> Result<MemberId, Error> {
        self.members.now().active(&id, MemberRole::Bank).map(|bank| bank.id).ok_or(Error::UnknownBank(id))
    }
}
