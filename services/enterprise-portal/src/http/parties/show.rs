//! `GET /v1/parties/{handle}`: another enterprise's public keys.

use actix_web::web::{Data, Json, Path};
use kontor_chassis::{Problem, auth::Session};
use kontor_sealing::{EncryptionPublicKey, PublicKey};
use serde::Serialize;

use crate::{domain::handle::Handle, error::Error, state::Portal, store};

/// An enterprise as others see it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PartyView {
    handle: Handle,
    identity_key: PublicKey,
    encryption_key: EncryptionPublicKey,
}

/// The enterprise of that name.
pub async fn handle(_: Session, portal: Data<Portal>, name: Path<Handle>) -> Result<Json<PartyView>, Problem> {
    let name = name.into_inner();
    let found = portal.database.read(move |c| store::enterprise::by_handle(c, &name)).await?;
    let party = found.ok_or(Error::NotFound)?.party;
    Ok(Json(PartyView { handle: party.handle, identity_key: party.identity_key, encryption_key: party.encryption_key }))
}
