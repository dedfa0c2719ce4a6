//! `PUT /v1/role-requests/{id}/answer`: the party gives its key.

use actix_web::web::{Data, Json, Path};
use kontor_chassis::{
    Problem,
    auth::Session,
    json::{Checkable, Checked},
};
use kontor_sealing::PublicKey;
use serde::Deserialize;

use super::View;
use crate::{
    app::role_keys,
    clock,
    domain::{
        id::Id,
        role_request::{Answer, RoleRequest},
        sealed::Sealed,
    },
    state::Portal,
};

/// The body.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Body {
    role_key: PublicKey,
    sealed_proof: Sealed,
}

impl Checkable for Body {
    const SCHEMA: &'static str = "RoleAnswer";
}

/// Stores the key.
pub async fn handle(
    session: Session,
    portal: Data<Portal>,
    id: Path<Id<RoleRequest>>,
    body: Checked<Body>,
) -> Result<Json<View>, Problem> {
    let Body { role_key, sealed_proof } = body.into_inner();
    let answer = Answer { role_key, proof: sealed_proof, at: clock::now() };
    let answered = portal
        .database
        .transaction("answer-role-request", move |c| role_keys::answer(c, session.account, *id, &answer))
        .await?;
    Ok(Json(answered.into()))
}
