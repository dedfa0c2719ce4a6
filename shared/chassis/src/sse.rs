//! Live updates: Server-Sent Events from a broadcast, resumed after `Last-Event-ID`.

use std::time::Duration;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use futures::{Stream, StreamExt, stream};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::shutdown::Shutdown;

/// Sent when nothing else is, so that proxies and clients see a living connection.
const PING: Duration = Duration::from_secs(15);

/// One event; ids grow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Position in the feed, by which a client resumes.
    pub id: u64,
    /// Its type, for `addEventListener`.
    pub kind: &'static str,
    /// One JSON value.
    pub data: String,
}

impl Event {
    fn frame(&self) -> web::Bytes {
        let mut text = format!("id: {}\nevent: {}\n", self.id, self.kind);
        for line in self.data.lines() {
            text.push_str("data: ");
            text.push_str(line);
            text.push('\n');
        }
        text.push('\n');
        text.into()
    }
}

/// The last event a returning client has seen: the `Last-Event-ID` header, or `lastEventId` in the query for clients
/// that cannot set headers.
pub fn last_event_id(request: &HttpRequest) -> Option<u64> {
    if let Some(header) = request.headers().get("last-event-id") {
        return header.to_str().ok()?.trim().parse().ok();
    }
    let query = web::Query::<Vec<(String, String)>>::from_query(request.query_string()).ok()?.into_inner();
    query.into_iter().find(|(name, _)| name == "lastEventId")?.1.parse().ok()
}

/// Answers with a stream: first what the client missed, then what comes. Subscribe *before* reading the backlog; an
/// event that is in both is sent once. A client that cannot keep up is disconnected and resumes by itself.
pub fn respond(
    shutdown: &Shutdown,
    backlog: impl Stream<Item = Event> + 'static,
    live: Receiver<Event>,
) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(frames(shutdown.clone(), backlog, live).map(Ok::<_, actix_web::Error>))
}

fn frames(
    shutdown: Shutdown,
    backlog: impl Stream<Item = Event> + 'static,
    live: Receiver<Event>,
) -> impl Stream<Item = web::Bytes> {
    struct State {
        backlog: Option<std::pin::Pin<Box<dyn Stream<Item = Event>>>>,
        live: Receiver<Event>,
        last: Option<u64>,
        shutdown: Shutdown,
    }
    let opening = stream::once(std::future::ready(web::Bytes::from_static(b"retry: 2000\n\n")));
    let state = State { backlog: Some(Box::pin(backlog)), live, last: None, shutdown };
    opening.chain(stream::unfold(state, async |mut state| {
        if let Some(backlog) = &mut state.backlog {
            let next = state.shutdown.run_until(backlog.next()).await?;
            if let Some(event) = next {
                state.last = Some(event.id);
                return Some((event.frame(), state));
            }
            state.backlog = None;
        }
        loop {
            tokio::select! {
                biased;
                () = state.shutdown.triggered() => return None,
                received = state.live.recv() => match received {
                    Ok(event) if state.last.is_some_and(|last| event.id <= last) => {}
                    Ok(event) => {
                        state.last = Some(event.id);
                        return Some((event.frame(), state));
                    }
                    Err(RecvError::Lagged(_) | RecvError::Closed) => return None,
                },
                () = tokio::time::sleep(PING) => return Some((web::Bytes::from_static(b": still here\n\n"), state)),
            }
        }
    }))
}

#[cfg(test)]
mod tests {
    use tokio::sync::broadcast;

    use super::*;

    fn event(id: u64) -> Event {
        Event { id, kind: "tick", data: format!("{{\"n\":{id}}}") }
    }

    #[tokio::test]
    async fn backlog_then_live_without_repetition_until_shutdown() {
        let (sender, receiver) = broadcast::channel(8);
        let shutdown = Shutdown::new();
        for id in [2, 3, 4] {
            sender.send(event(id)).expect("subscribed");
        }
        let stream = frames(shutdown.clone(), stream::iter([event(1), event(2), event(3)]), receiver);
        let mut stream = std::pin::pin!(stream);
        let mut seen = Vec::new();
        for _ in 0..5 {
            seen.push(String::from_utf8(stream.next().await.expect("frame").to_vec()).expect("text"));
        }
        assert_eq!(seen[0], "retry: 2000\n\n");
        assert_eq!(seen[1], "id: 1\nevent: tick\ndata: {\"n\":1}\n\n");
        assert!(seen[4].starts_with("id: 4\n"), "{seen:?}");
        shutdown.trigger();
        assert!(stream.next().await.is_none());
    }
}
