//! `GET /v1/epochs?from=&limit=`

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, HeaderValue},
    web,
};
use kontor_chassis::Problem;
use kontor_ledger::encoding::to_cbor;
use serde::Deserialize;

use crate::http::{App, problem};

/// Ends in one answer at most.
const MOST: usize = 100;

/// Which epochs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Query {
    /// The first.
    #[serde(default)]
    from: u64,
    /// How many at most.
    limit: Option<usize>,
}

/// The ends of epochs, each signed by its validators, with the validators that follow: the way from genesis to the
/// validators of now. JSON, or canonical CBOR for `Accept: application/cbor`.
pub async fn epochs(
    app: web::Data<App>,
    request: HttpRequest,
    query: web::Query<Query>,
) -> Result<HttpResponse, Problem> {
    let Query { from, limit } = query.into_inner();
    let ends = app.node.store().epoch_ends(from, limit.unwrap_or(MOST).min(MOST)).map_err(problem::store)?;
    let cbor = HeaderValue::from_static("application/cbor");
    if request.headers().get(header::ACCEPT) == Some(&cbor) {
        return Ok(HttpResponse::Ok().content_type("application/cbor").body(to_cbor(&ends)));
    }
    Ok(HttpResponse::Ok().json(ends))
}
