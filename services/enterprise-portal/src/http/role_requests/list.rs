//! `GET /v1/role-requests`: requests to the caller (`direction=in`) or by it (`direction=out`).

use actix_web::web::{Data, Json, Query};
use kontor_chassis::{Problem, auth::Session};
use serde::Deserialize;

use super::View;
use crate::{
    http::page::{PageQuery, PageView},
    state::Portal,
    store::role_request::{Direction, list},
};

/// Which requests.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Asked {
    #[default]
    In,
    Out,
}

/// The query's own part.
#[derive(Deserialize)]
pub struct DirectionQuery {
    #[serde(default)]
    direction: Asked,
}

/// A page, newest first.
pub async fn handle(
    session: Session,
    portal: Data<Portal>,
    asked: Query<DirectionQuery>,
    query: Query<PageQuery>,
) -> Result<Json<PageView<View>>, Problem> {
    let page = query.request()?;
    let direction = match asked.direction {
        Asked::In => Direction::In,
        Asked::Out => Direction::Out,
    };
    let found = portal.database.read(move |c| list(c, session.account, direction, &page)).await?;
    Ok(Json(found.map(View::from).into()))
}
