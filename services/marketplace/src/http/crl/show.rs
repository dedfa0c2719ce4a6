//! `GET /v1/crl`: the revocation list, DER (RFC 5280), for anyone.

use actix_web::{HttpResponse, web::Data};
use kontor_chassis::Problem;

use super::super::certificates::issuer;
use crate::{clock, state::Marketplace};

/// The list, at most half its time old.
pub async fn handle(market: Data<Marketplace>) -> Result<HttpResponse, Problem> {
    let issuer = issuer(&market)?;
    let list = market.database.transaction("revocation-list", move |c| issuer.list(c, clock::now())).await?;
    Ok(HttpResponse::Ok().content_type("application/pkix-crl").body(list))
}
