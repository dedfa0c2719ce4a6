//! `GET /v1/attestation-requests/{id}`: one of the caller's requests.

use actix_web::web::{Data, Json, Path};
use kontor_chassis::{Problem, auth::Session};

use super::View;
use crate::{
    app::attestation::own,
    domain::{attestation::AttestationRequest, id::Id},
    state::Portal,
};

/// The request and what became of it.
pub async fn handle(
    session: Session,
    portal: Data<Portal>,
    id: Path<Id<AttestationRequest>>,
) -> Result<Json<View>, Problem> {
    let found = portal.database.read(move |c| own(c, session.account, *id)).await?;
    Ok(Json(found.into()))
}
