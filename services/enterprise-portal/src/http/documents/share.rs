//! `POST /v1/documents/{id}/shares`: tells a party of a grant to it.

use actix_web::{
    HttpRequest,
    web::{Data, Path},
};
use kontor_chassis::{
    Problem,
    auth::Session,
    idempotency::{Answer, Key, once},
    json::{Checkable, Checked},
};
use kontor_ledger::{record::RecordId, time::Timestamp};
use kontor_sealing::DocumentId;
use serde::{Deserialize, Serialize};

use crate::{app::sharing::share, clock, domain::handle::Handle, state::Portal};

/// The body.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct New {
    handle: Handle,
    grant_record: RecordId,
}

impl Checkable for New {
    const SCHEMA: &'static str = "NewShare";
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct View {
    document: DocumentId,
    handle: Handle,
    grant_record: RecordId,
    created: Timestamp,
}

/// Stores the share; the party finds the document in its list.
pub async fn handle(
    request: HttpRequest,
    session: Session,
    portal: Data<Portal>,
    id: Path<DocumentId>,
    body: Checked<New>,
) -> Result<Answer, Problem> {
    let key = Key::of(&request, session.account, body.raw())?;
    let New { handle, grant_record } = body.into_inner();
    once(&portal.database, "share-document", key, move |c| {
        let made = share(c, session.account, &id, &handle, grant_record, clock::now())?;
        let view =
            View { document: made.document, handle: made.with.1, grant_record: made.grant, created: made.created };
        Answer::json(201, &view)
    })
    .await
}
