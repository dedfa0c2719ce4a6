//! `POST /v1/records`: sponsors a signed record, submits it and waits for its outcome.

use actix_web::{HttpResponse, web::Data};
use kontor_chassis::{
    Problem,
    auth::Session,
    json::{Checkable, Checked},
};
use kontor_ledger::{
    outcome::RefusalCode,
    record::{Record, RecordId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::{
    app::relay,
    clock,
    domain::{relay::Fate, sponsorship},
    error::Error,
    state::Portal,
};

/// The body.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct SignedRecord(Record);

impl Checkable for SignedRecord {
    const SCHEMA: &'static str = "SignedRecord";
}

#[derive(Serialize)]
struct Accepted {
    id: RecordId,
    position: u64,
    outcome: &'static str,
    timestamp: Timestamp,
}

#[derive(Serialize)]
struct Pending {
    id: RecordId,
    status: String,
}

/// Checks, queues, waits.
pub async fn handle(
    session: Session,
    portal: Data<Portal>,
    body: Checked<SignedRecord>,
) -> Result<HttpResponse, Problem> {
    let SignedRecord(record) = body.into_inner();
    let id = sponsorship::check(&record, &portal.network, &portal.sponsor).map_err(Error::from)?;
    portal
        .database
        .transaction("queue-record", move |c| relay::queue(c, session.account, id, &record, clock::now()))
        .await?;
    let look = || portal.database.read(move |c| relay::settled(c, &id));
    let settled = portal.changes.wait(portal.patience, look).await?;
    let fate = match settled {
        Some(fate) => Some(fate),
        // Final, but not indexed in time: say so all the same.
        None => portal.database.read(move |c| crate::store::relay::find(c, &id)).await?.map(|relay| relay.fate),
    };
    match fate {
        None | Some(Fate::Queued) => {
            let status = format!("/v1/records/{id}");
            Ok(HttpResponse::Accepted().insert_header(("Location", status.clone())).json(Pending { id, status }))
        }
        Some(Fate::Accepted { position, timestamp }) => Ok(HttpResponse::Created()
            .insert_header(("Location", format!("/v1/records/{id}")))
            .json(Accepted { id, position, outcome: "accepted", timestamp })),
        Some(Fate::Refused { position, code, .. }) => Err(refused(&id, position, &code)),
        Some(Fate::Rejected { code, detail }) => Err(rejected(&id, code, detail)),
    }
}

fn refused(id: &RecordId, position: u64, code: &str) -> Problem {
    let explanation = RefusalCode::ALL.into_iter().find(|known| known.as_str() == code).map(RefusalCode::explanation);
    Problem::new(422, "refused", "The ledger's rules refused the record")
        .detail(explanation.unwrap_or(code))
        .with("code", code)
        .with("recordId", id.to_string())
        .with("position", position)
}

fn rejected(id: &RecordId, code: String, detail: Option<String>) -> Problem {
    let problem = Problem::new(422, code, "The ledger did not admit the record").with("recordId", id.to_string());
    match detail {
        Some(detail) => problem.detail(detail),
        None => problem,
    }
}
