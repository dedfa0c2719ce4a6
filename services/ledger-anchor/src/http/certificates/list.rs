//! `GET /v1/certificates`

use actix_web::{HttpResponse, web};
use kontor_chassis::Problem;
use kontor_ledger::{member::MemberId, time::Timestamp};
use serde::Deserialize;

use crate::{
    http::{App, problem},
    rules::certificate,
    store::{Committed, StoreError},
};

/// The query.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PageQuery {
    member: Option<MemberId>,
    /// Only those that end before.
    expires_before: Option<Timestamp>,
    revoked: Option<bool>,
    cursor: Option<u64>,
    limit: Option<usize>,
}

/// Certificates as of the last block, the last recorded first.
pub async fn list(app: web::Data<App>, query: web::Query<PageQuery>) -> Result<HttpResponse, Problem> {
    let PageQuery { member, expires_before, revoked, cursor, limit } = query.into_inner();
    let limit = limit.unwrap_or(50);
    if !(1..=100).contains(&limit) {
        return Err(Problem::new(400, "malformed", "The query cannot be used").detail("limit lies between 1 and 100"));
    }
    let page = web::block(move || {
        certificate::list(&Committed::new(app.node.store()), cursor, limit, |one| {
            member.is_none_or(|member| one.terms.member == member)
                && expires_before.is_none_or(|before| one.terms.not_after < before)
                && revoked.is_none_or(|revoked| one.revocation.is_some() == revoked)
        })
    });
    let page = page.await.map_err(Problem::internal)?;
    Ok(HttpResponse::Ok().json(page.map_err(|error| problem::store(StoreError::State(error)))?))
}
