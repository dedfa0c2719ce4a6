//! Reading a document under a recorded access.

use kontor_chassis::Problem;
use kontor_ledger::record::RecordId;
use kontor_sealing::{SealedDocument, document::DocumentId, escrow};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    Supervisor,
    app::approve::{Kind, find},
    domain::filing::{Filing, FilingState},
    http::problem,
    store::partials::{self, Holder},
};

/// A document in clear; never stored, never logged.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Disclosure {
    access: String,
    record: RecordId,
    document: DocumentId,
    version: u32,
    content: Value,
}

/// The sealed version that an access names, checked against the root on the ledger.
pub async fn sealed(supervisor: &Supervisor, access: &Filing) -> Result<SealedDocument, Problem> {
    let terms = access.access().ok_or_else(Problem::not_found)?;
    let document = supervisor.ledger.document(&terms.document).await.map_err(unavailable)?;
    let version = document.as_ref().and_then(|document| document.version(terms.version)).ok_or_else(unknown_version)?;
    let bytes = supervisor.ledger.attachment(&version.attachment).await.map_err(unavailable)?;
    let sealed = SealedDocument::from_bytes(&bytes.ok_or_else(unknown_version)?).map_err(Problem::internal)?;
    if sealed.check_root().map_err(Problem::internal)? != version.root {
        return Err(Problem::internal("the attachment does not belong to the anchored root"));
    }
    Ok(sealed)
}

fn unavailable(error: kontor_ledger::client::ClientError) -> Problem {
    Problem::new(503, "unavailable", "No ledger node could be asked").retry_after(2).caused_by(error)
}

fn unknown_version() -> Problem {
    Problem::new(422, "unknown-document", "The ledger does not hold this version of the document")
}

/// Opens the document for `account`, who is noted first.
pub async fn document(supervisor: &Supervisor, id: &str, account: &str) -> Result<Disclosure, Problem> {
    let id = id.to_owned();
    let (access, officers, network) = supervisor
        .database
        .read(move |connection| {
            let access = find(connection, Kind::Access, &id)?;
            let officers = partials::of(connection, &access.id, Holder::Officers)?;
            let network = partials::of(connection, &access.id, Holder::Network)?;
            Ok::<_, Problem>((access, officers, network))
        })
        .await?;
    access.require(FilingState::Recorded).map_err(problem::of)?;
    let escrow = &supervisor.genesis.escrow;
    if officers.len() < usize::from(escrow.regulator.threshold) || network.len() < usize::from(escrow.network.threshold)
    {
        return Err(problem::shares_missing(officers.len(), network.len()));
    }
    let (Some(terms), Some(record)) = (access.access(), access.record) else { return Err(Problem::not_found()) };
    let sealed = sealed(supervisor, &access).await?;
    let key = escrow::combine(&sealed.header, escrow, &officers, &network).map_err(Problem::internal)?;
    let content = sealed.open_all(&key).map_err(Problem::internal)?;
    let (viewing, access_id, account) = (Uuid::now_v7().to_string(), access.id.clone(), account.to_owned());
    supervisor
        .database
        .transaction("note-viewing", move |connection| partials::shown(connection, &viewing, &access_id, &account))
        .await?;
    Ok(Disclosure { access: access.id.clone(), record, document: terms.document, version: terms.version, content })
}
