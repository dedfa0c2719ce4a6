//! What handlers share.

use std::sync::Arc;

use kontor_chassis::{auth::Peer, database::Database};
use kontor_ledger::{
    client::Members,
    member::{MemberId, MemberRole},
};

use crate::app::issuer::Issuer;

/// The marketplace's parts.
pub struct Marketplace {
    /// Its own tables.
    pub database: Database,
    /// Whose portal may ask.
    pub operator: MemberId,
    /// The network's members now: its banks may publish.
    pub members: Members,
    /// Issues the network's certificates, if that is this marketplace's work.
    pub issuer: Option<Arc<Issuer>>,
}

impl Marketplace {
    /// The caller, if it is an active bank of the network.
    pub fn bank(&self, peer: &Peer) -> Option<MemberId> {
        self.members.caller(&peer.member, MemberRole::Bank)
    }
}
