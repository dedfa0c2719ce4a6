//! The bank whose gateway is calling.

use kontor_chassis::{Problem, auth::Peer};
use kontor_ledger::member::{MemberId, MemberRole};

use crate::state::Portal;

/// The caller's code, if it is an active bank of the network.
///
/// # Errors
/// Problem `forbidden` for everyone else.
pub fn bank(peer: &Peer, portal: &Portal) -> Result<MemberId, Problem> {
    portal.members.caller(&peer.member, MemberRole::Bank).ok_or_else(Problem::forbidden)
}
