//! What handlers share.

use std::collections::BTreeSet;

use kontor_chassis::{auth::Peer, database::Database};
use kontor_ledger::member::MemberId;

/// The marketplace's parts.
pub struct Marketplace {
    /// Its own tables.
    pub database: Database,
    /// Whose portal may ask.
    pub operator: MemberId,
    /// Who may publish.
    pub banks: BTreeSet<MemberId>,
}

impl Marketplace {
    /// The caller, if it is a bank of the network.
    pub fn bank(&self, peer: &Peer) -> Option<MemberId> {
        peer.member.parse().ok().filter(|member| self.banks.contains(member))
    }
}
