//! `GET /v1/tile/{level}/{number}` (C2SP tlog-tiles, with SM3)

use actix_web::{HttpResponse, http::header, web};
use kontor_chassis::Problem;

use crate::{http::App, log::Tile};

/// A tile of hashes or a bundle of entries; immutable.
pub async fn tile(app: web::Data<App>, path: web::Path<String>) -> Result<HttpResponse, Problem> {
    let tile: Tile = format!("tile/{path}").parse().map_err(|_| Problem::not_found())?;
    let size = app.node.progress().borrow().size;
    let tiles = app.node.store().tiles().clone();
    let bytes = web::block(move || tiles.tile(tile, size)).await.map_err(Problem::internal)?;
    let bytes = bytes.map_err(Problem::internal)?.ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .content_type("application/octet-stream")
        .body(bytes))
}
