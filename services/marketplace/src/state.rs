//! What handlers share.

use std::{collections::BTreeSet, sync::Arc};

use kontor_chassis::{auth::Peer, database::Database};
use kontor_ledger::member::MemberId;

use crate::app::issuer::Issuer;

/// The marketplace's parts.
pub struct Marketplace {
    /// Its own tables.
    pub database: Database,
    /// Whose portal may ask.
    pub operator: MemberId,
    /// Who may publish.
    pub banks: BTreeSet<MemberId>,
    /// Issues the network's certificates, if that is this marketplace's work.
    pub issuer: Option<Arc<Issuer>>,
}

impl Marketplace {
    /// The caller, if it is a bank of the network.
    pub fn bank(&self, peer: &Peer) -> Option<MemberId> {
        peer.member.parse().ok().filter(|member| self.banks.contains(member))
    }
}
