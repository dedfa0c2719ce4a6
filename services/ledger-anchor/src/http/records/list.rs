//! `GET /v1/records?from=&limit=`

use actix_web::{HttpResponse, web};
use kontor_chassis::Problem;
use serde::Deserialize;

use super::view::Shown;
use crate::http::{App, problem};

/// Records in one answer at most.
const MOST: usize = 500;

/// Which records.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Query {
    /// The first position; without it the last records.
    from: Option<u64>,
    limit: Option<usize>,
}

/// Records in log order.
pub async fn list(app: web::Data<App>, query: web::Query<Query>) -> Result<HttpResponse, Problem> {
    let limit = query.limit.unwrap_or(50).clamp(1, MOST);
    let size = app.node.progress().borrow().size;
    let from = query.from.unwrap_or_else(|| size.saturating_sub(limit as u64));
    let entries = app.node.store().entries(from, limit).map_err(problem::store)?;
    let records = entries.iter().map(Shown::try_from).collect::<Result<Vec<_>, _>>().map_err(problem::store)?;
    Ok(HttpResponse::Ok().json(serde_json::json!({ "size": size, "records": records })))
}
