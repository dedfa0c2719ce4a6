//! `GET /v1/role-requests/{id}`: a request that the caller made or is asked to answer.

use actix_web::web::{Data, Json, Path};
use kontor_chassis::{Problem, auth::Session};

use super::View;
use crate::{
    app::role_keys::own,
    domain::{id::Id, role_request::RoleRequest},
    state::Portal,
};

/// The request and the key, once given.
pub async fn handle(session: Session, portal: Data<Portal>, id: Path<Id<RoleRequest>>) -> Result<Json<View>, Problem> {
    let found = portal.database.read(move |c| own(c, session.account, *id)).await?;
    Ok(Json(found.into()))
}
