//! `GET /v1/records/{id}`: what became of a record that the caller gave to the portal.

use actix_web::web::{Data, Json, Path};
use kontor_chassis::{Problem, auth::Session};
use kontor_ledger::{record::RecordId, time::Timestamp};
use serde::Serialize;

use crate::{
    app::relay,
    domain::relay::{Fate, Relay},
    state::Portal,
};

/// A record's state.
#[derive(Serialize)]
pub struct View {
    id: RecordId,
    kind: String,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    created: Timestamp,
}

impl From<Relay> for View {
    fn from(relay: Relay) -> Self {
        let state = relay.fate.name();
        let (position, timestamp, code) = match relay.fate {
            Fate::Queued => (None, None, None),
            Fate::Accepted { position, timestamp } => (Some(position), Some(timestamp), None),
            Fate::Refused { position, timestamp, code } => (Some(position), Some(timestamp), Some(code)),
            Fate::Rejected { code, .. } => (None, None, Some(code)),
        };
        Self { id: relay.id, kind: relay.kind, state, position, timestamp, code, created: relay.created }
    }
}

/// Its state.
pub async fn handle(session: Session, portal: Data<Portal>, id: Path<RecordId>) -> Result<Json<View>, Problem> {
    let found = portal.database.read(move |c| relay::own(c, session.account, &id)).await?;
    Ok(Json(found.into()))
}
