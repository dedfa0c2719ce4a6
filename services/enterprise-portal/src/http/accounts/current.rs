//! `GET /v1/accounts/current`: one's own account.

use actix_web::web::{Data, Json};
use kontor_chassis::{Problem, auth::Session};

use super::AccountView;
use crate::{app::accounts::own, state::Portal};

/// The caller's account.
pub async fn handle(session: Session, portal: Data<Portal>) -> Result<Json<AccountView>, Problem> {
    let found = portal.database.read(move |c| own(c, session.account)).await?;
    Ok(Json(found.into()))
}
