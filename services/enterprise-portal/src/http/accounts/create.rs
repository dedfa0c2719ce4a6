//! `POST /v1/accounts`: an enterprise signs up with keys that it made and keeps.

use actix_web::{HttpRequest, web};
use kontor_chassis::{
    Problem,
    accounts::Password,
    idempotency::{Answer, Key, once},
    json::{Checkable, Checked},
};
use kontor_sealing::{EncryptionPublicKey, PublicKey, Signature};
use serde::Deserialize;

use super::AccountView;
use crate::{
    app::accounts::{NewEnterprise, sign_up},
    clock,
    domain::{enterprise::check_possession, handle::Handle},
    error::Error,
    state::Portal,
};

/// The body.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewAccount {
    handle: Handle,
    password: Password,
    identity_key: PublicKey,
    encryption_key: EncryptionPublicKey,
    signature: Signature,
    email: Option<String>,
}

impl Checkable for NewAccount {
    const SCHEMA: &'static str = "NewAccount";
}

/// Checks possession of the identity key, then makes the account.
pub async fn handle(
    request: HttpRequest,
    portal: web::Data<Portal>,
    body: Checked<NewAccount>,
) -> Result<Answer, Problem> {
    let new = body.into_inner();
    check_possession(&new.handle, &new.identity_key, &new.signature).map_err(|_| Error::Possession)?;
    // What the key is bound to is stored as a plain hash, so the password stays out of it.
    let bound = serde_json::to_vec(&(&new.handle, &new.identity_key, &new.encryption_key, &new.email));
    let key = Key::of(&request, format_args!("sign-up {}", new.handle), &bound.map_err(Problem::internal)?)?;
    let enterprise = NewEnterprise {
        handle: new.handle,
        password_hash: portal.passwords.hash(new.password).await?,
        identity_key: new.identity_key,
        encryption_key: new.encryption_key,
        email: new.email,
    };
    once(&portal.database, "sign-up", key, move |c| {
        let made = sign_up(c, enterprise.clone(), clock::now())?;
        Ok(Answer::json(201, &AccountView::from(made))?.location("/v1/accounts/current"))
    })
    .await
}
