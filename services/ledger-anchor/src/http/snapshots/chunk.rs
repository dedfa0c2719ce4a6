//! `GET /v1/snapshots/{height}/{chunk}`

use actix_web::{HttpResponse, http::header, web};
use kontor_chassis::Problem;

use crate::http::App;

/// The bytes of a chunk; immutable.
pub async fn chunk(app: web::Data<App>, path: web::Path<(u64, usize)>) -> Result<HttpResponse, Problem> {
    let (height, number) = path.into_inner();
    let snapshots = app.snapshots.clone();
    let bytes = web::block(move || snapshots.chunk(height, number)).await.map_err(Problem::internal)?;
    let bytes = bytes.map_err(Problem::internal)?.ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .content_type("application/octet-stream")
        .body(bytes))
}
