//! `GET /v1/records/{id}/receipt`

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use kontor_chassis::Problem;
use kontor_ledger::{encoding::to_cbor, record::RecordId};

use crate::http::{App, problem};

/// The media type of the canonical encoding, which verifiers in other languages need.
const CBOR: &str = "application/cbor";

/// The receipt under the first certificate that covers the record: JSON, or CBOR for those that ask for it.
pub async fn receipt(
    app: web::Data<App>,
    id: web::Path<RecordId>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let node = app.node.clone();
    let receipt = web::block(move || node.receipt(&id)).await.map_err(Problem::internal)?;
    let receipt = receipt.map_err(problem::store)?.ok_or_else(Problem::not_found)?;
    let accepted = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    Ok(match accepted {
        Some(accepted) if accepted.contains(CBOR) => HttpResponse::Ok().content_type(CBOR).body(to_cbor(&receipt)),
        _ => HttpResponse::Ok().json(receipt),
    })
}
