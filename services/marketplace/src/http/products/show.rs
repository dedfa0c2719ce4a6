//! `GET /v1/products/{id}`: one product.

use actix_web::web::{Data, Json, Path};
use kontor_chassis::Problem;

use super::View;
use crate::{domain::product::ProductId, error::Error, state::Marketplace, store};

/// The product.
pub async fn handle(market: Data<Marketplace>, id: Path<ProductId>) -> Result<Json<View>, Problem> {
    let found = market.database.read(move |c| store::product::find(c, *id)).await?;
    Ok(Json(found.ok_or(Error::NotFound)?.into()))
}
