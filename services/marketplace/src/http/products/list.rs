//! `GET /v1/products`: what banks offer.

use actix_web::web::{Data, Json, Query};
use kontor_chassis::Problem;
use serde::{Deserialize, Serialize};

use super::View;
use crate::{domain::product::ProductId, state::Marketplace, store};

/// The query.
#[derive(Deserialize)]
pub struct PageQuery {
    cursor: Option<ProductId>,
    limit: Option<u8>,
}

/// A page.
#[derive(Serialize)]
pub struct Page {
    items: Vec<View>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<ProductId>,
}

/// A page, newest first.
pub async fn handle(market: Data<Marketplace>, query: Query<PageQuery>) -> Result<Json<Page>, Problem> {
    let PageQuery { cursor, limit } = query.into_inner();
    let limit = limit.unwrap_or(50);
    if !(1..=100).contains(&limit) {
        return Err(Problem::new(400, "malformed", "The query cannot be used").detail("limit lies between 1 and 100"));
    }
    // One more than asked for says whether anything follows.
    let mut found = market.database.read(move |c| store::product::list(c, cursor, i64::from(limit) + 1)).await?;
    let more = found.len() > usize::from(limit);
    found.truncate(usize::from(limit));
    let next = if more { found.last().map(|product| product.id) } else { None };
    Ok(Json(Page { items: found.into_iter().map(View::from).collect(), next }))
}
