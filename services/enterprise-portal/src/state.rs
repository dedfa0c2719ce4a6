//! What handlers and jobs share.

use std::{sync::Arc, time::Duration};

use kontor_chassis::{accounts::Passwords, database::Database};
use kontor_ledger::{
    genesis::Genesis,
    member::{MemberId, MemberRole},
};
use kontor_sealing::Hash;

use crate::{changes::Changes, error::Error, ledger::Nodes};

/// The portal's parts.
pub struct Portal {
    /// Its own tables.
    pub database: Database,
    /// The network, as pinned at start.
    pub genesis: Genesis,
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
    /// That the code is a bank's.
    ///
    /// # Errors
    /// [`Error::UnknownBank`].
    pub fn bank(&self, id: MemberId) -> Result<MemberId, Error> {
        match self.genesis.member(&id) {
            Some(member) if member.role == MemberRole::Bank => Ok(id),
            _ => Err(Error::UnknownBank(id)),
        }
    }
}
