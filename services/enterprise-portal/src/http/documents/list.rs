//! `GET /v1/documents`: documents that the caller registered or was granted.

use actix_web::web::{Data, Json, Query};
use kontor_chassis::{Problem, auth::Session};
use kontor_ledger::time::Timestamp;
use kontor_sealing::DocumentId;
use serde::Serialize;

use crate::{
    clock,
    error::Error,
    http::page::{PageQuery, PageView},
    state::Portal,
    store,
};

/// A document in the list.
#[derive(Serialize)]
pub struct Summary {
    id: DocumentId,
    schema: String,
    owned: bool,
    version: u32,
    registered: Timestamp,
    state: &'static str,
}

/// A page, the latest registered first.
pub async fn handle(
    session: Session,
    portal: Data<Portal>,
    query: Query<PageQuery>,
) -> Result<Json<PageView<Summary>>, Problem> {
    let page = query.request()?;
    let found = portal
        .database
        .read(move |c| {
            let found = store::document::list(c, session.account, &page, clock::now())?;
            let versions = found
                .items
                .iter()
                .map(|document| store::document::latest_version(c, &document.id))
                .collect::<Result<Vec<_>, _>>()?;
            let mut versions = versions.into_iter();
            Ok::<_, Error>(found.map(|document| Summary {
                id: document.id,
                schema: document.schema,
                owned: document.owner == Some(session.account),
                version: versions.next().flatten().unwrap_or(1),
                registered: document.registered,
                state: super::view::state(document.superseded_by),
            }))
        })
        .await?;
    Ok(Json(found.into()))
}
