//! The route table: members' services only, by mutual TLS.

mod checks;
mod evaluations;
mod partial_decryptions;
mod problem;

use std::sync::Arc;

use actix_web::web::{self, ServiceConfig};
use kontor_chassis::{Problem, auth::Peer, server::Listener};
use kontor_ledger::{MemberId, MemberRole};

use crate::app::Verification;

/// The state that handlers find.
pub type State = web::Data<Arc<Verification>>;

/// Adds the routes of a listener.
pub fn routes(config: &mut ServiceConfig, listener: Listener) {
    if listener == Listener::Members {
        config
            .route("/v1/evaluations", web::post().to(evaluations::create::handle))
            .route("/v1/checks", web::post().to(checks::create::handle))
            .route("/v1/partial-decryptions", web::post().to(partial_decryptions::create::handle));
    }
}

/// The caller's member, if it is active and has that role.
fn require_role(service: &Verification, peer: &Peer, role: MemberRole) -> Result<MemberId, Problem> {
    service.members.caller(&peer.member, role).ok_or_else(Problem::forbidden)
}
