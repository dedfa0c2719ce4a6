//! Following the ledger by server-sent events (WHATWG HTML, 9.2), resumed after the last one when a node goes away.

use std::time::Duration;

use futures::{Stream, stream};
use reqwest::{Response, StatusCode, header};

use super::{ClientError, LedgerClient};
use crate::event::Event;

/// Longest line that is taken for an event.
const MAX_LINE: usize = 8 * 1024 * 1024;
/// Wait before another node is tried.
const PAUSE: Duration = Duration::from_millis(500);
/// A node sends at least a comment this often; silence beyond means that it is gone.
const SILENCE: Duration = Duration::from_secs(60);

/// Events from a position on, for ever.
#[derive(Debug)]
pub struct Events<'a> {
    client: &'a LedgerClient,
    kinds: String,
    next: u64,
    node: usize,
    source: Option<Source>,
}

#[derive(Debug)]
struct Source {
    response: Response,
    line: Vec<u8>,
    data: String,
    ready: std::collections::VecDeque<Event>,
}

impl LedgerClient {
    /// Follows the ledger from log position `from` on; only these `kinds` of records, or all if there are none.
    pub fn events(&self, from: u64, kinds: &[&str]) -> Events<'_> {
        Events { client: self, kinds: kinds.join(","), next: from, node: 0, source: None }
    }
}

impl<'a> Events<'a> {
    /// The position after the last event, to go on from another time.
    pub const fn position(&self) -> u64 {
        self.next
    }

    /// The next event; waits for it as long as it takes, going from node to node.
    ///
    /// # Errors
    /// [`ClientError::NoNode`], or [`ClientError::Shape`] if a node speaks another language.
    pub async fn next(&mut self) -> Result<Event, ClientError> {
        loop {
            let Some(source) = &mut self.source else {
                self.connect().await?;
                continue;
            };
            match tokio::time::timeout(SILENCE, source.event()).await {
                Ok(Ok(Some(event))) if event.position >= self.next => {
                    self.next = event.position.saturating_add(1);
                    return Ok(event);
                }
                // Sent before and sent again.
                Ok(Ok(Some(_))) => {}
                Ok(Err(error @ ClientError::Shape(_))) => return Err(error),
                Ok(Ok(None) | Err(_)) | Err(_) => self.source = None,
            }
        }
    }

    /// The events as a stream.
    pub fn into_stream(self) -> impl Stream<Item = Result<Event, ClientError>> + use<'a> {
        stream::unfold(self, |mut events| async move { Some((events.next().await, events)) })
    }

    /// Tries the next node; pauses if it does not take us.
    async fn connect(&mut self) -> Result<(), ClientError> {
        let nodes = &self.client.nodes;
        let node = nodes.get(self.node % nodes.len().max(1)).ok_or(ClientError::NoNode)?;
        self.node = self.node.wrapping_add(1);
        let mut url = format!("{}/v1/events?from={}", node.http.trim_end_matches('/'), self.next);
        if !self.kinds.is_empty() {
            url = format!("{url}&kinds={}", self.kinds);
        }
        let answer = self.client.http.get(url).header(header::ACCEPT, "text/event-stream").send().await;
        match answer {
            Ok(response) if response.status() == StatusCode::OK => {
                let (line, data, ready) = Default::default();
                self.source = Some(Source { response, line, data, ready });
            }
            _ => tokio::time::sleep(PAUSE).await,
        }
        Ok(())
    }
}

impl Source {
    /// The next event; `None` when the node hung up.
    async fn event(&mut self) -> Result<Option<Event>, ClientError> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Ok(Some(event));
            }
            let Some(chunk) = self.response.chunk().await.map_err(ClientError::Unreachable)? else { return Ok(None) };
            self.take(&chunk)?;
        }
    }

    fn take(&mut self, chunk: &[u8]) -> Result<(), ClientError> {
        for byte in chunk {
            if *byte != b'\n' {
                if self.line.len() + self.data.len() >= MAX_LINE {
                    return Err(ClientError::TooLarge);
                }
                self.line.push(*byte);
                continue;
            }
            let line = std::mem::take(&mut self.line);
            self.end_line(line.strip_suffix(b"\r").unwrap_or(&line))?;
        }
        Ok(())
    }

    /// A blank line ends an event; of the fields only its data matters here, for the data holds the position.
    fn end_line(&mut self, line: &[u8]) -> Result<(), ClientError> {
        if line.is_empty() {
            let data = std::mem::take(&mut self.data);
            if !data.is_empty() {
                self.ready.push_back(serde_json::from_str(&data).map_err(ClientError::Shape)?);
            }
        } else if let Some(data) = line.strip_prefix(b"data:") {
            let text = String::from_utf8_lossy(data.strip_prefix(b" ").unwrap_or(data));
            if !self.data.is_empty() {
                self.data.push('\n');
            }
            self.data.push_str(&text);
        }
        Ok(())
    }
}
