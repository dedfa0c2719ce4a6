//! `GET /v1/crl`: the revocation list, DER (RFC 5280), for anyone.

use actix_web::{HttpResponse, web::Data};
use kontor_chassis::Problem;

use super::super::certificates::issuer;
use crate::{clock, state::Marketplace};

/// The list, at most half its time old.
pub async fn handle(market: Data<Marketplace>) -> Result<HttpResponse, Problem> {
    let issuer = issuer(&market)?;
    let fresh = issuer.clone();
    let list = match market.database.read(move |c| fresh.fresh_list(c, clock::now())).await? {
        Some(list) => list,
        None => market.database.transaction("revocation-list", move |c| issuer.list(c, clock::now())).await?,
    };
    Ok(HttpResponse::Ok().content_type("application/pkix-crl").body(list))
}
