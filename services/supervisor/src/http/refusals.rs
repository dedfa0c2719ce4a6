//! `GET /v1/refusals`: refused records, latest first.

use actix_web::{HttpResponse, web};
use kontor_chassis::{Problem, auth::Session};
use serde::Serialize;

use super::page::{Page, PageQuery};
use crate::{
    Supervisor,
    http::filing::time,
    store::market::{self, Refusal},
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RefusalView {
    position: i64,
    record: String,
    kind: String,
    sponsor: String,
    code: String,
    time: String,
}

impl From<Refusal> for RefusalView {
    fn from(refusal: Refusal) -> Self {
        Self {
            position: refusal.position,
            record: refusal.record_id,
            kind: refusal.kind,
            sponsor: refusal.sponsor,
            code: refusal.code,
            time: time(refusal.decided_at),
        }
    }
}

/// A page of refusals.
pub async fn list(
    _officer: Session,
    query: web::Query<PageQuery>,
    supervisor: web::Data<Supervisor>,
) -> Result<HttpResponse, Problem> {
    let limit = query.limit()?;
    let bad_cursor = |_| Problem::new(400, "schema", "The cursor is not one of this list").pointer("/cursor");
    let cursor = query.cursor.as_deref().map(str::parse).transpose().map_err(bad_cursor)?;
    let rows = supervisor.database.read(move |connection| market::refusals(connection, cursor, limit)).await?;
    let page = Page::of(rows, limit, |row| row.position.to_string(), RefusalView::from);
    Ok(HttpResponse::Ok().json(page))
}
