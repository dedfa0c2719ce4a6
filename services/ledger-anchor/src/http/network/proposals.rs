//! `GET /v1/proposals`

use actix_web::{HttpResponse, web};
use kontor_chassis::Problem;
use kontor_ledger::{encoding::from_cbor, governance::Proposal};

use crate::{
    http::{App, problem},
    state::PROPOSALS,
    store::{Store, StoreError},
};

/// Proposals looked at.
const MOST: usize = 10_000;

/// Proposals shown.
const SHOWN: usize = 200;

/// What members proposed, the latest first.
pub async fn proposals(app: web::Data<App>) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(latest(app.node.store()).map_err(problem::store)?))
}

/// The latest proposals, the latest first.
///
/// # Errors
/// Any [`StoreError`].
pub fn latest(store: &Store) -> Result<Vec<Proposal>, StoreError> {
    let stored = store.states(PROPOSALS, MOST)?;
    let all = stored.iter().map(|bytes| Ok(from_cbor(bytes)?)).collect::<Result<Vec<Proposal>, StoreError>>();
    let mut all = all?;
    all.sort_by_key(|proposal| std::cmp::Reverse((proposal.at, proposal.id)));
    all.truncate(SHOWN);
    Ok(all)
}
