//! `GET /v1/cases`: cases, latest first.

use actix_web::{HttpResponse, web};
use kontor_chassis::{Problem, auth::Session};

use crate::{
    Supervisor,
    http::{
        filing,
        page::{Page, PageQuery},
    },
    store::filings,
};

/// A page of cases.
pub async fn list(
    _officer: Session,
    query: web::Query<PageQuery>,
    supervisor: web::Data<Supervisor>,
) -> Result<HttpResponse, Problem> {
    let limit = query.limit()?;
    let cursor = query.into_inner().cursor;
    let rows =
        supervisor.database.read(move |connection| filings::page(connection, None, cursor.as_deref(), limit)).await?;
    let page = Page::of(rows, limit, |row| row.id.clone(), |row| filing::case(&row, &supervisor).ok());
    Ok(HttpResponse::Ok().json(page))
}
