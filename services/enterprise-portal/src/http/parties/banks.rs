//! `GET /v1/banks`: the network's active banks.

use actix_web::web::{Data, Json};
use kontor_ledger::member::MemberId;
use kontor_sealing::EncryptionPublicKey;
use serde::Serialize;

use crate::state::Portal;

/// The banks.
#[derive(Serialize)]
pub struct Banks {
    items: Vec<Bank>,
}

/// A bank.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Bank {
    member: MemberId,
    name: String,
    encryption_key: EncryptionPublicKey,
}

/// The banks, in the order of their codes.
pub async fn handle(portal: Data<Portal>) -> Json<Banks> {
    let bank = |member: &kontor_ledger::member::Member| Bank {
        member: member.id,
        name: member.name.clone(),
        encryption_key: member.encryption,
    };
    Json(Banks { items: portal.members.now().banks().map(bank).collect() })
}
