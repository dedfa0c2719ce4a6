//! `GET /v1/documents/{id}/accesses`: the regulator's accesses, for the document's owner.

use actix_web::web::{Data, Json, Path, Query};
use kontor_chassis::{Problem, auth::Session};
use kontor_ledger::{
    record::{CaseId, RecordId},
    time::Timestamp,
};
use kontor_sealing::DocumentId;
use serde::Serialize;

use crate::{
    app::reading,
    domain::document::Access,
    error::Error,
    http::page::{PageQuery, PageView},
    state::Portal,
    store,
};

/// An access.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct View {
    record: RecordId,
    case: CaseId,
    version: u32,
    reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    legal_basis: Option<String>,
    position: u64,
    timestamp: Timestamp,
}

impl From<Access> for View {
    fn from(access: Access) -> Self {
        Self {
            record: access.place.record,
            case: access.case,
            version: access.version,
            reason: access.reason,
            legal_basis: access.legal_basis,
            position: access.place.position,
            timestamp: access.place.timestamp,
        }
    }
}

/// A page, newest first.
pub async fn handle(
    session: Session,
    portal: Data<Portal>,
    id: Path<DocumentId>,
    query: Query<PageQuery>,
) -> Result<Json<PageView<View>>, Problem> {
    let page = query.request()?;
    let found = portal
        .database
        .read(move |c| {
            reading::own(c, session.account, &id)?;
            let found = store::access::list(c, &id, &page)?;
            Ok::<_, Error>(found.map(View::from))
        })
        .await?;
    Ok(Json(found.into()))
}
