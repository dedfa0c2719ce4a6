//! `GET /v1/documents/{id}`: versions, grants, endorsements and live claims of a document.

use actix_web::web::{Data, Json, Path};
use kontor_chassis::{Problem, auth::Session};
use kontor_sealing::DocumentId;

use super::view::DocumentView;
use crate::{app::reading, clock, state::Portal};

/// The document as the caller may see it; live claims come from the ledger itself, so that proofs over them hold.
pub async fn handle(
    session: Session,
    portal: Data<Portal>,
    id: Path<DocumentId>,
) -> Result<Json<DocumentView>, Problem> {
    let id = id.into_inner();
    let view = portal.database.read(move |c| reading::view(c, session.account, &id, clock::now())).await?;
    let claims = portal.ledger.live_claims(&id, clock::now()).await?;
    Ok(Json(DocumentView::new(view, claims)))
}
