//! `GET /find?id=`

use actix_web::{HttpResponse, web};
use kontor_chassis::{Problem, html::Html};
use kontor_ledger::record::RecordId;
use serde::Deserialize;

use super::{log, rest, time, word};
use crate::{
    http::{App, problem},
    state,
    store::{Committed, StoreError},
};

/// Records of a block that are shown.
const RECORDS: usize = 50;

/// What is looked for.
#[derive(Debug, Deserialize)]
pub struct Query {
    #[serde(default)]
    id: String,
}

/// Everything that goes by an id: a block's height, a record, an object, a member, a certificate.
pub async fn find(app: web::Data<App>, query: web::Query<Query>) -> Result<HttpResponse, Problem> {
    let found = web::block(move || {
        let id = query.id.trim();
        Ok::<_, StoreError>([block(&app, id)?, record(&app, id)?, objects(&app, id)?].into_iter().collect::<Html>())
    });
    let found = found.await.map_err(Problem::internal)?.map_err(problem::store)?;
    let found = if found == Html::new() { Html::of("Nothing final here goes by that.") } else { found };
    Ok(found.then(form()).page("Look up"))
}

pub(super) fn form() -> Html {
    Html::new().question("/find", "id", "Height of a block; id of a record or object; member; serial number", "Look up")
}

fn block(app: &App, id: &str) -> Result<Html, StoreError> {
    let Ok(height) = id.parse::<u64>() else { return Ok(Html::new()) };
    let store = app.node.store();
    let Some(header) = store.header(height)? else { return Ok(Html::new()) };
    let before = height.checked_sub(1).map(|before| store.header(before)).transpose()?.flatten();
    let first = before.map_or(0, |before| before.log_size);
    let count = usize::try_from(header.log_size.saturating_sub(first)).unwrap_or(usize::MAX);
    let certificate = match store.certificate(height)? {
        Some(certificate) => format!("view {}, votes {}", certificate.view, certificate.votes.len()),
        None => "a later block's covers it".to_owned(),
    };
    let facts = [
        ("Digest", Html::of(header.digest())),
        ("Before it", Html::of(header.parent)),
        ("Time", time(header.timestamp)),
        ("Epoch", Html::of(header.epoch)),
        ("Certificate", Html::of(certificate)),
        ("Records in it", Html::of(count)),
        ("Records in the log", Html::of(header.log_size)),
        ("Root of the log", Html::of(header.log_root)),
    ];
    let entries = store.entries(first, count.min(RECORDS))?;
    let title = Html::new().element("h2", &[], Html::of(format!("Block {height}")));
    let table = log::table(entries.iter(), "It has no records.")?;
    let address = format!("/v1/records?from={}", first.saturating_add(RECORDS as u64));
    Ok(title.list(facts).then(table).then(rest(count, RECORDS, &address)))
}

fn record(app: &App, id: &str) -> Result<Html, StoreError> {
    let Ok(id) = id.parse::<RecordId>() else { return Ok(Html::new()) };
    let Some(entry) = app.node.find(&id)? else { return Ok(Html::new()) };
    let title = Html::new().element("h2", &[], Html::of("Record"));
    Ok(title.then(log::table(std::iter::once(&entry), "")?))
}

/// Objects by the reference that the API takes; members and certificates also without the word before it.
fn objects(app: &App, id: &str) -> Result<Html, StoreError> {
    let state = Committed::new(app.node.store());
    let now = app.node.progress().borrow().timestamp;
    let mut found = Html::new();
    for reference in [id.to_owned(), format!("member:{id}"), format!("certificate:{id}")] {
        if let Some(object) = state::object(&state, app.node.genesis(), &reference, now)? {
            let link = Html::link(&format!("/v1/objects/{reference}"), &reference);
            found = found.element("h2", &[], Html::of(word(&object, "type"))).element("p", &[], link);
        }
    }
    Ok(found)
}
