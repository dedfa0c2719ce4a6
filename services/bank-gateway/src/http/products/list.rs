//! `GET /v1/products`, by staff.

use actix_web::{HttpResponse, web};
use kontor_chassis::{Problem, auth::Session};

use crate::{
    app::error::AppError,
    http::{State, show},
    store::{
        page::{Page, cut},
        product,
    },
};

/// A page of products, newest first.
pub async fn handle(gateway: State, _: Session, page: web::Query<Page>) -> Result<HttpResponse, Problem> {
    let (start, limit) = (page.start()?, page.limit()?);
    let found = gateway
        .database
        .read(move |connection| product::list(connection, start.as_ref(), limit).map_err(AppError::from));
    let (products, next) = cut(found.await?, limit, |product| (product.created, product.id.to_string()));
    Ok(HttpResponse::Ok().json(show::page(products.iter().map(show::product).collect(), next)))
}
