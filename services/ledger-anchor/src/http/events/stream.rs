//! `GET /v1/events` (Server-Sent Events)

use std::{collections::VecDeque, time::Duration};

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use futures::{Stream, stream};
use kontor_chassis::{Problem, sse::last_event_id};
use kontor_ledger::{event::Event, record::Record};
use serde::Deserialize;
use tokio::{sync::watch, time::timeout};

use super::subject::subjects;
use crate::{
    http::App,
    node::Progress,
    store::{Entry, StoreError},
};

/// Records read at one time.
const PAGE: usize = 256;

/// A comment is sent when nothing else is for so long.
const PING: Duration = Duration::from_secs(15);

/// Which events.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Query {
    /// Kinds, separated by commas; a kind's beginning such as `claim` names all of its family.
    kinds: Option<String>,
    /// A document, claim, case, grant, attestation or digest that the record names.
    subject: Option<String>,
    /// The first position; without it and without `Last-Event-ID` only what comes.
    from: Option<u64>,
    /// Read by [`last_event_id`].
    #[serde(rename = "lastEventId")]
    _last: Option<u64>,
}

/// Every final record from a position on; the event's id is its position.
pub async fn stream(
    app: web::Data<App>,
    request: HttpRequest,
    query: web::Query<Query>,
) -> Result<HttpResponse, Problem> {
    let progress = app.node.progress();
    let size = progress.borrow().size;
    let next = last_event_id(&request).map(|last| last.saturating_add(1)).or(query.from).unwrap_or(size);
    let query = query.into_inner();
    let filter = Filter {
        kinds: query.kinds.map(|kinds| kinds.split(',').map(str::to_owned).collect()).unwrap_or_default(),
        subject: query.subject,
    };
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(frames(app, filter, progress, next)))
}

struct Filter {
    kinds: Vec<String>,
    subject: Option<String>,
}

impl Filter {
    fn lets_through(&self, kind: &str, record: &Record) -> bool {
        let named = |wanted: &String| {
            kind.strip_prefix(wanted.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        };
        let by_kind = self.kinds.is_empty() || self.kinds.iter().any(named);
        by_kind && self.subject.as_ref().is_none_or(|subject| subjects(record).contains(subject))
    }
}

struct Position {
    app: web::Data<App>,
    filter: Filter,
    progress: watch::Receiver<Progress>,
    next: u64,
    ready: VecDeque<web::Bytes>,
}

fn frames(
    app: web::Data<App>,
    filter: Filter,
    progress: watch::Receiver<Progress>,
    next: u64,
) -> impl Stream<Item = Result<web::Bytes, actix_web::Error>> {
    let ready = VecDeque::from([web::Bytes::from_static(b"retry: 2000\n\n")]);
    let start = Position { app, filter, progress, next, ready };
    stream::unfold(start, async |mut at| {
        loop {
            if let Some(frame) = at.ready.pop_front() {
                return Some((Ok(frame), at));
            }
            if at.next < at.progress.borrow_and_update().size {
                if let Err(error) = at.read() {
                    tracing::error!(%error, "an event stream ends because the log cannot be read");
                    return None;
                }
                continue;
            }
            let shutdown = at.app.shutdown.clone();
            match shutdown.run_until(timeout(PING, at.progress.changed())).await {
                Some(Ok(Ok(()))) => {}
                Some(Err(_)) => at.ready.push_back(web::Bytes::from_static(b": still here\n\n")),
                None | Some(Ok(Err(_))) => return None,
            }
        }
    })
}

impl Position {
    fn read(&mut self) -> Result<(), StoreError> {
        let entries = self.app.node.store().entries(self.next, PAGE)?;
        let size = self.progress.borrow().size;
        for entry in entries.iter().filter(|entry| entry.position < size) {
            if let Some(frame) = frame(entry, &self.filter)? {
                self.ready.push_back(frame);
            }
            self.next = entry.position.saturating_add(1);
        }
        Ok(())
    }
}

fn frame(entry: &Entry, filter: &Filter) -> Result<Option<web::Bytes>, StoreError> {
    let record = entry.decode_record()?;
    let kind = record.unsigned.body.kind();
    if !filter.lets_through(kind, &record) {
        return Ok(None);
    }
    let Entry { position, id, outcome, timestamp, .. } = *entry;
    let event = Event { position, id, kind: kind.to_owned(), outcome, timestamp, record };
    let data = serde_json::to_string(&event).map_err(|_| StoreError::Damaged("a record that has no JSON form"))?;
    Ok(Some(format!("id: {position}\nevent: {kind}\ndata: {data}\n\n").into()))
}
