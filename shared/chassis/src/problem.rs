//! Problem documents: the one form in which every error leaves a service (RFC 9457).

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Map, Value, json};

/// Media type of a problem document.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// Base of every problem's `type`.
pub const TYPE_BASE: &str = "https://kontor.network/problems/";

/// An HTTP status, from a number or from actix's type.
pub trait IntoStatus {
    /// The status; a number that is none becomes 500.
    fn into_status(self) -> StatusCode;
}

impl IntoStatus for StatusCode {
    fn into_status(self) -> StatusCode {
        self
    }
}

impl IntoStatus for u16 {
    fn into_status(self) -> StatusCode {
        StatusCode::from_u16(self).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

/// One error as the client reads it. Its source, if any, goes to the log only.
#[derive(Clone)]
pub struct Problem(Box<Parts>);

#[derive(Clone)]
struct Parts {
    status: StatusCode,
    slug: Cow<'static, str>,
    title: Cow<'static, str>,
    detail: Option<String>,
    pointers: Vec<(String, Option<String>)>,
    members: Map<String, Value>,
    retry_after: Option<u64>,
    trace: Option<String>,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

impl Problem {
    /// A problem of type `https://kontor.network/problems/<slug>`.
    pub fn new(
        status: impl IntoStatus,
        slug: impl Into<Cow<'static, str>>,
        title: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self(Box::new(Parts {
            status: status.into_status(),
            slug: slug.into(),
            title: title.into(),
            detail: None,
            pointers: Vec::new(),
            members: Map::new(),
            retry_after: None,
            trace: None,
            source: None,
        }))
    }

    /// Says what is wrong with this very request, in words for a person.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// Names a failing place in the request body by JSON pointer (RFC 6901).
    #[must_use]
    pub fn pointer(mut self, pointer: impl Into<String>) -> Self {
        self.0.pointers.push((pointer.into(), None));
        self
    }

    /// As [`Problem::pointer`], with what is wrong at that place.
    #[must_use]
    pub fn pointer_detail(mut self, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        self.0.pointers.push((pointer.into(), Some(detail.into())));
        self
    }

    /// Adds an extension member.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.members.insert(name.to_owned(), value.into());
        self
    }

    /// Tells the client when to try again, in seconds (`Retry-After`).
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// Keeps the cause for the log; the client never sees it.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.0.source = Some(Arc::from(source.into()));
        self
    }

    /// Something failed that the client cannot help; the cause is logged under the trace id.
    pub fn internal(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(500, "internal", "The service could not complete the request").caused_by(source)
    }

    /// There is no such thing, or it is not the caller's.
    pub fn not_found() -> Self {
        Self::new(404, "not-found", "There is nothing here")
    }

    /// The caller did not say who it is.
    pub fn unauthenticated() -> Self {
        Self::new(401, "unauthenticated", "Sign in first")
    }

    /// The caller is known and may not do this.
    pub fn forbidden() -> Self {
        Self::new(403, "forbidden", "Not allowed for this caller")
    }

    /// The bare problem of a status, for errors that carry nothing of their own.
    pub fn of_status(status: StatusCode) -> Self {
        let slug = match status.as_u16() {
            400 => "malformed",
            401 => "unauthenticated",
            403 => "forbidden",
            404 => "not-found",
            405 => "method-not-allowed",
            408 | 504 => "timeout",
            413 => "too-large",
            415 => "unsupported-media-type",
            429 => "too-many-requests",
            503 => "unavailable",
            code if code >= 500 => "internal",
            _ => "refused",
        };
        Self::new(status, slug, status.canonical_reason().unwrap_or("Error"))
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The last part of the problem's `type`.
    pub fn slug(&self) -> &str {
        &self.0.slug
    }

    /// Attaches the id under which the request's log entries are found.
    #[must_use]
    pub(crate) fn traced(mut self, trace: String) -> Self {
        self.0.trace = Some(trace);
        self
    }

    /// The document itself.
    pub fn to_json(&self) -> Value {
        let mut document = self.0.members.clone();
        document.insert("type".into(), format!("{TYPE_BASE}{}", self.0.slug).into());
        document.insert("title".into(), self.0.title.as_ref().into());
        document.insert("status".into(), self.0.status.as_u16().into());
        if let Some(detail) = &self.0.detail {
            document.insert("detail".into(), detail.as_str().into());
        }
        if !self.0.pointers.is_empty() {
            let errors = self.0.pointers.iter().map(|(pointer, detail)| match detail {
                Some(detail) => json!({ "pointer": pointer, "detail": detail }),
                None => json!({ "pointer": pointer }),
            });
            document.insert("errors".into(), errors.collect());
        }
        if let Some(trace) = &self.0.trace {
            document.insert("traceId".into(), trace.as_str().into());
        }
        Value::Object(document)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.slug, self.0.title)?;
        match &self.0.detail {
            Some(detail) => write!(f, ": {detail}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Problem({} {self}, cause: {:?})", self.0.status.as_u16(), self.0.source)
    }
}

impl Error for Problem {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.0.status
    }

    fn error_response(&self) -> HttpResponse {
        let traced = match (&self.0.trace, crate::trace::current()) {
            (None, Some(context)) => Cow::Owned(self.clone().traced(context.trace_id())),
            _ => Cow::Borrowed(self),
        };
        let mut response = HttpResponse::build(self.0.status);
        response.insert_header((header::CONTENT_TYPE, MEDIA_TYPE)).insert_header((header::CACHE_CONTROL, "no-store"));
        if let Some(seconds) = self.0.retry_after {
            response.insert_header((header::RETRY_AFTER, seconds));
        }
        response.body(traced.to_json().to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_names_type_pointers_and_members_but_no_cause() {
        let problem = Problem::new(422, "bad-signature", "The signature does not hold")
            .detail("record 0")
            .pointer("/records/0/signature")
            .with("code", "bad-signature")
            .caused_by("secret cause");
        let document = problem.to_json();
        assert_eq!(document["type"], "https://kontor.network/problems/bad-signature");
        assert_eq!(document["status"], 422);
        assert_eq!(document["errors"][0]["pointer"], "/records/0/signature");
        assert_eq!(document["code"], "bad-signature");
        assert!(!document.to_string().contains("secret"));
    }

    #[test]
    fn a_number_that_is_no_status_becomes_500() {
        assert_eq!(Problem::new(7, "odd", "Odd").status(), StatusCode::INTERNAL_SERVER_ERROR);
    }
}
