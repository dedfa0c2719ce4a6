//! The bank whose gateway is calling.

use kontor_chassis::{Problem, auth::Peer};
use kontor_ledger::member::MemberId;

use crate::state::Portal;

/// The caller's code, if it is a bank of the network.
///
/// # Errors
/// Problem `forbidden` for everyone else.
pub fn bank(peer: &Peer, portal: &Portal) -> Result<MemberId, Problem> {
    let member: MemberId = peer.member.parse().map_err(|_| Problem::forbidden())?;
    portal.bank(member).map_err(|_| Problem::forbidden())
}
