//! `GET /v1/genesis`

use actix_web::{HttpResponse, web};

use crate::http::App;

/// Where the network began.
pub async fn genesis(app: web::Data<App>) -> HttpResponse {
    HttpResponse::Ok().json(app.node.genesis())
}
