//! Accounts of enterprises.

pub mod create;
pub mod current;

use kontor_ledger::time::Timestamp;
use kontor_sealing::{EncryptionPublicKey, PublicKey};
use serde::Serialize;

use crate::domain::{enterprise::Enterprise, handle::Handle};

/// One's own account.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountView {
    handle: Handle,
    identity_key: PublicKey,
    encryption_key: EncryptionPublicKey,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    created: Timestamp,
}

impl From<Enterprise> for AccountView {
    fn from(enterprise: Enterprise) -> Self {
        let party = enterprise.party;
        Self {
            handle: party.handle,
            identity_key: party.identity_key,
            encryption_key: party.encryption_key,
            email: enterprise.email,
            created: enterprise.created,
        }
    }
}
