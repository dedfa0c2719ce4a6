//! `GET /v1/network`: what a client must know before it signs anything.

use actix_web::web::{Data, Json};
use kontor_ledger::member::MemberId;
use kontor_sealing::Hash;
use serde::Serialize;

use crate::state::Portal;

/// The network that records are for.
#[derive(Serialize)]
pub struct Network {
    network: Hash,
    sponsor: MemberId,
    ledger: Vec<String>,
}

/// Network, sponsor, and where ledger nodes answer.
pub async fn handle(portal: Data<Portal>) -> Json<Network> {
    Json(Network { network: portal.network, sponsor: portal.sponsor, ledger: portal.ledger.public_addresses() })
}
