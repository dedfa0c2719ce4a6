//! `Idempotency-Key`: a repeated POST gets the first one's answer and is not executed again.

use std::time::Duration;

use actix_web::body::BoxBody;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, Responder};
use diesel::prelude::*;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::Problem;
use crate::database::schema::idempotency_key as table;
use crate::database::{Connection, Database, dialect, now_ms};

/// Name of the request header.
pub const HEADER: &str = "Idempotency-Key";

/// Longest key, in bytes.
const MAX_LENGTH: usize = 255;

/// For how long answers are remembered.
const REMEMBERED: Duration = Duration::from_secs(48 * 3600);

/// After this a request that never completed is taken for lost (its process died) and may be executed again.
const ABANDONED: Duration = Duration::from_secs(120);

/// An answer that can be stored and given again.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    status: u16,
    body: String,
    location: Option<String>,
    replayed: bool,
}

impl Answer {
    /// An answer with a JSON body.
    ///
    /// # Errors
    ///
    /// Problem `internal` if the value cannot be written as JSON.
    pub fn json(status: u16, body: &impl Serialize) -> Result<Self, Problem> {
        let body = serde_json::to_string(body).map_err(Problem::internal)?;
        Ok(Self { status, body, location: None, replayed: false })
    }

    /// Names the thing that was made.
    #[must_use]
    pub fn location(mut self, location: impl Into<String>) -> Self {
        self.location = Some(location.into());
        self
    }
}

impl Responder for Answer {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = HttpResponse::build(status);
        let problem = status.is_client_error() || status.is_server_error();
        response.content_type(if problem { crate::problem::MEDIA_TYPE } else { "application/json" });
        if let Some(location) = self.location {
            response.insert_header((header::LOCATION, location));
        }
        if self.replayed {
            response.insert_header(("Idempotent-Replayed", "true"));
        }
        response.body(self.body)
    }
}

/// What makes a request the same as an earlier one; without the header every request is its own.
#[derive(Clone)]
pub struct Key(Option<Named>);

#[derive(Clone)]
struct Named {
    scope: String,
    key: String,
    request: String,
}

impl Key {
    /// Reads the header. `scope` is the account or peer that the key belongs to; the body is what it is bound to.
    ///
    /// # Errors
    ///
    /// Problem `idempotency-key` if the header is empty or too long.
    pub fn of(request: &HttpRequest, scope: impl std::fmt::Display, body: &[u8]) -> Result<Self, Problem> {
        let Some(value) = request.headers().get(HEADER) else { return Ok(Self(None)) };
        let key = value.to_str().unwrap_or_default().trim();
        if key.is_empty() || key.len() > MAX_LENGTH {
            return Err(Problem::new(400, "idempotency-key", "The Idempotency-Key cannot be used"));
        }
        let mut hash = Sha256::new();
        for part in [request.method().as_str().as_bytes(), request.path().as_bytes(), body] {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
        let request = hex::encode(hash.finalize());
        Ok(Self(Some(Named { scope: scope.to_string(), key: key.to_owned(), request })))
    }
}

/// Executes `work` and remembers its answer in one transaction, or gives the remembered one.
///
/// # Errors
///
/// `work`'s (nothing is remembered then), or problem `idempotency-key-reused` if the key came with another request.
pub async fn once<F>(database: &Database, name: &'static str, key: Key, mut work: F) -> Result<Answer, Problem>
where
    F: FnMut(&mut Connection) -> Result<Answer, Problem> + Send + 'static,
{
    database
        .transaction(name, move |connection| {
            let Key(Some(named)) = &key else { return work(connection) };
            match reserve(connection, named)? {
                Some(answer) => Ok(answer),
                None => {
                    let answer = work(connection)?;
                    store(connection, named, &answer)?;
                    Ok(answer)
                }
            }
        })
        .await
}

/// As [`once`] for work that is not one transaction, such as a call to another service. While the first request is
/// under way, a repetition is refused with problem `request-in-progress`. An error's key may be used again.
///
/// # Errors
///
/// `work`'s, problem `idempotency-key-reused`, or `request-in-progress`.
pub async fn guard<F>(database: &Database, key: Key, work: F) -> Result<Answer, Problem>
where
    F: Future<Output = Result<Answer, Problem>>,
{
    let Key(Some(named)) = key else { return work.await };
    let reserved = named.clone();
    let before = database.transaction("idempotency-reserve", move |connection| reserve(connection, &reserved)).await?;
    if let Some(answer) = before {
        return Ok(answer);
    }
    let result = work.await;
    let kept = result.as_ref().ok().cloned();
    let after = database.transaction("idempotency-store", move |connection| match &kept {
        Some(answer) => store(connection, &named, answer),
        None => forget(connection, &named),
    });
    after.await?;
    result
}

/// The remembered answer, or none after reserving the key for the caller.
fn reserve(connection: &mut Connection, named: &Named) -> Result<Option<Answer>, Problem> {
    let now = now_ms();
    let before = |age: Duration| now.saturating_sub(i64::try_from(age.as_millis()).unwrap_or(i64::MAX));
    diesel::delete(table::table.filter(table::created_at.lt(before(REMEMBERED)))).execute(connection)?;
    let lost = table::table.filter(table::status.is_null()).filter(table::created_at.lt(before(ABANDONED)));
    diesel::delete(lost).execute(connection)?;
    type Row = (String, Option<i32>, Option<String>, Option<String>);
    let found = table::table
        .find((&named.scope, &named.key))
        .select((table::request_hash, table::status, table::body, table::location))
        .first::<Row>(connection)
        .optional()?;
    if let Some((request, status, body, location)) = found {
        if request != named.request {
            let title = "This Idempotency-Key was used for another request";
            return Err(Problem::new(422, "idempotency-key-reused", title));
        }
        let status = status.and_then(|status| u16::try_from(status).ok()).ok_or_else(in_progress)?;
        return Ok(Some(Answer { status, body: body.unwrap_or_default(), location, replayed: true }));
    }
    let row = (
        table::scope.eq(&named.scope),
        table::key.eq(&named.key),
        table::request_hash.eq(&named.request),
        table::created_at.eq(now),
    );
    match diesel::insert_into(table::table).values(row).execute(connection) {
        // Another one reserved it at the same moment and has just committed.
        Err(error) if dialect::is_unique_violation(&error) => Err(in_progress()),
        Err(error) => Err(error.into()),
        Ok(_) => Ok(None),
    }
}

fn in_progress() -> Problem {
    Problem::new(409, "request-in-progress", "The first request with this key is still under way").retry_after(1)
}

fn store(connection: &mut Connection, named: &Named, answer: &Answer) -> Result<(), Problem> {
    let set = (
        table::status.eq(i32::from(answer.status)),
        table::body.eq(&answer.body),
        table::location.eq(&answer.location),
    );
    diesel::update(table::table.find((&named.scope, &named.key))).set(set).execute(connection)?;
    Ok(())
}

fn forget(connection: &mut Connection, named: &Named) -> Result<(), Problem> {
    diesel::delete(table::table.find((&named.scope, &named.key))).execute(connection)?;
    Ok(())
}
