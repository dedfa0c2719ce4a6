//! `GET /v1/market`: the market now.

use actix_web::{HttpResponse, web};
use kontor_chassis::{Problem, auth::Session};

use crate::{Supervisor, store::market};

/// Counts and shapes as followed so far.
pub async fn show(_officer: Session, supervisor: web::Data<Supervisor>) -> Result<HttpResponse, Problem> {
    let market = supervisor.database.read(market::market).await?;
    Ok(HttpResponse::Ok().json(market))
}
