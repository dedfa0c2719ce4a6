//! `GET /v1/financing-requests/{id}`: how one of the caller's requests stands.

use actix_web::web::{Data, Json, Path};
use kontor_chassis::{Problem, auth::Session};

use super::View;
use crate::{
    app::financing::own,
    domain::{financing_request::FinancingRequest, id::Id},
    state::Portal,
};

/// The request.
pub async fn handle(
    session: Session,
    portal: Data<Portal>,
    id: Path<Id<FinancingRequest>>,
) -> Result<Json<View>, Problem> {
    let found = portal.database.read(move |c| own(c, session.account, *id)).await?;
    Ok(Json(found.into()))
}
