//! The route table. Who may call is said by the listener and by what a handler extracts: a member's service by its
//! certificate, a person by a session.

mod applications;
mod attestation_requests;
mod financing_requests;
mod leads;
mod problem;
mod products;
mod show;

use std::sync::Arc;

use actix_web::web::{self, ServiceConfig};
use kontor_chassis::{
    Problem,
    auth::{self, Peer},
    server::Listener,
};
use kontor_ledger::MemberRole;

use crate::app::Gateway;

/// The state that handlers find.
pub type State = web::Data<Arc<Gateway>>;

/// Adds the routes of a listener.
pub fn routes(config: &mut ServiceConfig, listener: Listener) {
    match listener {
        Listener::Members => members(config),
        Listener::Public => people(config),
    }
}

fn members(config: &mut ServiceConfig) {
    config
        .route("/v1/attestation-requests", web::post().to(attestation_requests::receive::handle))
        .route("/v1/financing-requests", web::post().to(financing_requests::receive::handle))
        .route("/v1/financing-requests/{id}/evidence", web::post().to(financing_requests::evidence::handle))
        .route("/v1/financing-requests/{id}/acceptance", web::post().to(financing_requests::acceptance::handle))
        .route("/v1/leads", web::post().to(leads::receive::handle));
}

fn people(config: &mut ServiceConfig) {
    config
        .configure(auth::routes)
        .route("/v1/attestation-requests", web::get().to(attestation_requests::list::handle))
        .route("/v1/attestation-requests/{id}", web::get().to(attestation_requests::get::handle))
        .route("/v1/attestation-requests/{id}/grant", web::post().to(attestation_requests::grant::handle))
        .route("/v1/attestation-requests/{id}/decline", web::post().to(attestation_requests::decline::handle))
        .route("/v1/applications", web::get().to(applications::list::handle))
        .route("/v1/applications/{id}", web::get().to(applications::get::handle))
        .route("/v1/applications/{id}/acknowledgement", web::post().to(applications::acknowledge::handle))
        .route("/v1/applications/{id}/offers", web::post().to(applications::offer::handle))
        .route("/v1/applications/{id}/decline", web::post().to(applications::decline::handle))
        .route("/v1/applications/{id}/messages/{message}", web::get().to(applications::message::handle))
        .route("/v1/leads", web::get().to(leads::list::handle))
        .route("/v1/products", web::get().to(products::list::handle))
        .route("/v1/products", web::post().to(products::create::handle));
}

/// Only the operator's services speak for enterprises.
fn require_operator(gateway: &Gateway, peer: &Peer) -> Result<(), Problem> {
    peer.require_that(|member| gateway.members.caller(member, MemberRole::Operator).is_some())
}
