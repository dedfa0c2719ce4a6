//! `GET /v1/objects/{reference}`

use actix_web::{HttpResponse, web};
use kontor_chassis::Problem;

use crate::{
    http::{App, problem},
    state,
    store::{Committed, StoreError},
};

/// The state of a document, claim, grant, case, access, proposal, member, attestation or fingerprint, as of the last
/// block.
pub async fn show(app: web::Data<App>, reference: web::Path<String>) -> Result<HttpResponse, Problem> {
    let now = app.node.progress().borrow().timestamp;
    let object = state::object(&Committed::new(app.node.store()), app.node.genesis(), &reference, now);
    let object = object.map_err(|error| problem::store(StoreError::State(error)))?;
    Ok(HttpResponse::Ok().json(object.ok_or_else(Problem::not_found)?))
}
