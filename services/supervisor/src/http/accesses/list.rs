//! `GET /v1/cases/{id}/accesses`: accesses under a case, latest first.

use actix_web::{HttpResponse, web};
use kontor_chassis::{Problem, auth::Session};

use super::view;
use crate::{
    Supervisor,
    app::approve::{Kind, find},
    http::page::{Page, PageQuery},
    store::filings,
};

/// A page of accesses.
pub async fn list(
    _officer: Session,
    case: web::Path<String>,
    query: web::Query<PageQuery>,
    supervisor: web::Data<Supervisor>,
) -> Result<HttpResponse, Problem> {
    let limit = query.limit()?;
    let cursor = query.into_inner().cursor;
    let database = supervisor.database.clone();
    let rows = database
        .read(move |connection| {
            find(connection, Kind::Case, &case)?;
            let rows = filings::page(connection, Some(&case), cursor.as_deref(), limit)?;
            rows.into_iter()
                .map(|row| Ok((row.id.clone(), view::of(connection, &row, &supervisor)?)))
                .collect::<Result<Vec<_>, Problem>>()
        })
        .await?;
    Ok(HttpResponse::Ok().json(Page::of(rows, limit, |(id, _)| id.clone(), |(_, view)| view)))
}
