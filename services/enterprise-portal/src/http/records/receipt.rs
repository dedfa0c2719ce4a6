//! `GET /v1/records/{id}/receipt`: a record's receipt, verified before it is passed on.

use actix_web::web::{Data, Json, Path};
use kontor_chassis::{Problem, auth::Session};
use kontor_ledger::{receipt::Receipt, record::RecordId};

use crate::{error::Error, state::Portal};

/// The receipt; receipts of all records are public on the ledger.
pub async fn handle(_: Session, portal: Data<Portal>, id: Path<RecordId>) -> Result<Json<Receipt>, Problem> {
    let receipt = portal.ledger.receipt(&id).await?.ok_or(Error::NotFound)?;
    Ok(Json(receipt))
}
