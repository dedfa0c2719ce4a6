//! `POST /v1/records`

use std::time::Duration;

use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, http::header, web};
use kontor_chassis::{
    Problem,
    auth::Peer,
    json::{self, Checkable, Schemas},
};
use kontor_ledger::{
    batch::Batch,
    encoding::{MAX_BYTES, to_cbor},
    outcome::Outcome,
};
use serde::Deserialize;
use serde_json::json;

use super::view::place;
use crate::{
    admission::AdmissionError,
    http::{App, SERVICE, problem},
    node::submission::Submitted,
};

/// The media type of a batch in canonical CBOR.
const CBOR: &str = "application/cbor";

/// Milliseconds to wait for finality, unless the client says.
const TIMEOUT: u64 = 10_000;

/// The longest wait, in milliseconds.
const LONGEST: u64 = 20_000;

/// How long to wait.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Query {
    timeout: Option<u64>,
}

/// A batch as JSON.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
struct Submission(Batch);

impl Checkable for Submission {
    const SCHEMA: &'static str = "Batch";
}

/// Takes a batch and waits until its records are final here, or for `timeout` milliseconds.
pub async fn submit(
    app: web::Data<App>,
    schemas: web::Data<Schemas>,
    peer: Peer,
    query: web::Query<Query>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let body = json::read(&request, payload.into_inner()).await?;
    let bytes = match request.content_type() {
        CBOR if body.len() > MAX_BYTES => {
            return Err(Problem::new(413, "too-large", "The body is too large").with("limit", MAX_BYTES));
        }
        CBOR => body,
        "application/json" => to_cbor(&schemas.check::<Submission>(&body)?.0).into(),
        _ => return Err(Problem::new(415, "unsupported-media-type", "Send application/json or application/cbor")),
    };
    let batch = app.node.admit(bytes).await.map_err(problem::submit)?;
    // Another member's node passes on what was submitted to it; the sponsor's signature stands for itself.
    if batch.sponsor().as_str() != peer.member && peer.service != SERVICE.name {
        return Err(problem::other_sponsor().pointer("/sponsor"));
    }
    let timeout = Duration::from_millis(query.timeout.unwrap_or(TIMEOUT).min(LONGEST));
    let records = app.shutdown.run_until(app.node.submit(app.ordering.as_ref(), &batch, timeout)).await;
    // A node that stops finalises nothing more: whoever waits asks another.
    let records = records.unwrap_or(Err(AdmissionError::Stopping.into())).map_err(problem::submit)?;
    match records.as_slice() {
        [one] => answer_one(one),
        all => Ok(answer_all(all)),
    }
}

fn answer_one(record: &Submitted) -> Result<HttpResponse, Problem> {
    let status = format!("/v1/records/{}", record.id);
    let Some(entry) = &record.entry else {
        let body = json!({ "id": record.id, "status": status });
        return Ok(HttpResponse::Accepted().insert_header((header::LOCATION, status)).json(body));
    };
    match entry.outcome {
        Outcome::Accepted => Ok(HttpResponse::Created().insert_header((header::LOCATION, status)).json(place(entry))),
        Outcome::Refused(code) => {
            let problem = if code.is_of_proof() {
                Problem::new(422, "bad-proof", "A proof does not hold")
            } else {
                Problem::new(422, "refused", "The network refused the record")
            };
            Err(problem
                .detail(code.explanation())
                .with("code", code.as_str())
                .with("recordId", record.id.to_string())
                .with("position", entry.position)
                .with("timestamp", serde_json::to_value(entry.timestamp).unwrap_or_default()))
        }
    }
}

/// One element per record, in the batch's order; what is not final yet has a status address instead of a position.
fn answer_all(records: &[Submitted]) -> HttpResponse {
    let waiting = records.iter().any(|record| record.entry.is_none());
    let list: Vec<_> = records
        .iter()
        .map(|record| match &record.entry {
            Some(entry) => json!(place(entry)),
            None => json!({ "id": record.id, "status": format!("/v1/records/{}", record.id) }),
        })
        .collect();
    if waiting { HttpResponse::Accepted().json(list) } else { HttpResponse::Ok().json(list) }
}
