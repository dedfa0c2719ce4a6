//! `GET /v1/financing-requests`: the caller's requests.

use actix_web::web::{Data, Json, Query};
use kontor_chassis::{Problem, auth::Session};

use super::View;
use crate::{
    http::page::{PageQuery, PageView},
    state::Portal,
    store,
};

/// A page, newest first.
pub async fn handle(
    session: Session,
    portal: Data<Portal>,
    query: Query<PageQuery>,
) -> Result<Json<PageView<View>>, Problem> {
    let page = query.request()?;
    let found = portal.database.read(move |c| store::financing_request::list(c, session.account, &page)).await?;
    Ok(Json(found.map(View::from).into()))
}
