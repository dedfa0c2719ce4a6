//! `GET /v1/applications`, by staff.

use actix_web::{HttpResponse, web};
use kontor_chassis::{Problem, auth::Session};

use crate::{
    app::{check::reopen, error::AppError},
    http::{State, show},
    store::{
        application,
        page::{Page, cut},
    },
};

/// A page of applications, newest first.
pub async fn handle(gateway: State, _: Session, page: web::Query<Page>) -> Result<HttpResponse, Problem> {
    let (start, limit) = (page.start()?, page.limit()?);
    let found = gateway
        .database
        .read(move |connection| application::list(connection, start.as_ref(), limit).map_err(AppError::from));
    let (applications, next) = cut(found.await?, limit, |one| (one.received, one.id.to_string()));
    let items: Result<Vec<_>, AppError> =
        applications.iter().map(|one| Ok(show::summary(one, &reopen(&gateway.bank, one)?))).collect();
    Ok(HttpResponse::Ok().json(show::page(items?, next)))
}
