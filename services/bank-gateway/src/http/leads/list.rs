//! `GET /v1/leads`, by staff.

use actix_web::{HttpResponse, web};
use kontor_chassis::{Problem, auth::Session};

use crate::{
    app::error::AppError,
    http::{State, show},
    store::{
        lead,
        page::{Page, cut},
    },
};

/// A page of leads, newest first.
pub async fn handle(gateway: State, _: Session, page: web::Query<Page>) -> Result<HttpResponse, Problem> {
    let (start, limit) = (page.start()?, page.limit()?);
    let found =
        gateway.database.read(move |connection| lead::list(connection, start.as_ref(), limit).map_err(AppError::from));
    let (leads, next) = cut(found.await?, limit, |lead| (lead.received, lead.id.to_string()));
    let items = leads.into_iter().map(|lead| {
        let mut shown = lead.content;
        shown["received"] = show::time(lead.received);
        shown
    });
    Ok(HttpResponse::Ok().json(show::page(items.collect(), next)))
}
