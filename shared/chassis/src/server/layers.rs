//! What surrounds every handler: trace, log, metrics, limits, and the form of errors.

use std::time::{Duration, Instant};

use actix_web::body::{BodySize, BodyStream, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::ConnectionType;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse, ResponseError, web};
use opentelemetry::trace::TraceContextExt;
use tracing::Instrument;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::Site;
use crate::Problem;
use crate::auth::PeerCertificate;
use crate::ca::{self, Details};
use crate::problem::MEDIA_TYPE;
use crate::rate::Limiter;
use crate::tls::Identity;
use crate::trace::{TRACEPARENT, TraceContext};

/// When a connection by mutual TLS was made; kept with the connection.
#[derive(Clone, Copy)]
pub(super) struct Since(pub(super) Instant);

/// A connection by mutual TLS that is older ends with its answer: only a handshake has callers look at this service's
/// certificate again.
const OLDEST: Duration = Duration::from_secs(600);

/// Rate and time limits of one listener.
pub(super) struct Gate {
    pub(super) limiter: Limiter,
    pub(super) time: Duration,
    /// On the members' listener: tells which callers were revoked since they connected.
    pub(super) identity: Option<Identity>,
}

/// Refuses clients that come too often or were revoked, and requests that take too long.
pub(super) async fn gate(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let gate = request.app_data::<web::Data<Gate>>().cloned();
    let gate = gate.ok_or_else(|| Problem::internal("no limits in this server"))?;
    let client = match request.conn_data::<PeerCertificate>() {
        Some(certificate) => certificate.0.peer.member.clone(),
        None => request.peer_addr().map(|address| address.ip().to_string()).unwrap_or_default(),
    };
    if let Err(wait) = gate.limiter.take(&client, Instant::now()) {
        let problem = Problem::new(429, "too-many-requests", "Too many requests").retry_after(wait.as_secs() + 1);
        return Err(problem.into());
    }
    let caller = request.conn_data::<PeerCertificate>().map(|certificate| certificate.0.clone());
    let caller = gate.identity.clone().zip(caller);
    if caller.as_ref().is_some_and(|(identity, details)| identity.refuses(details, ca::now())) {
        let problem = Problem::new(401, "certificate-refused", "The certificate has expired or was revoked");
        let mut answer = problem.error_response();
        answer.head_mut().set_connection_type(ConnectionType::Close);
        return Ok(request.into_response(answer));
    }
    let old = request.conn_data::<Since>().is_some_and(|since| since.0.elapsed() > OLDEST);
    match tokio::time::timeout(gate.time, next.call(request)).await {
        Ok(response) => {
            let mut response = response?.map_body(|_, body| guarded(body, caller));
            if old {
                response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
            }
            Ok(response)
        }
        Err(_) => Err(Problem::new(504, "timeout", "The request took too long").into()),
    }
}

/// A stream to a caller that was accepted ends with the first piece after the caller was revoked.
fn guarded(body: impl MessageBody + 'static, caller: Option<(Identity, Details)>) -> BoxBody {
    match (body.size(), caller) {
        (BodySize::Stream, Some((identity, details))) => {
            let body = Box::pin(body);
            BoxBody::new(BodyStream::new(futures::stream::unfold((body, identity, details), async |mut at| {
                let piece = std::future::poll_fn(|context| at.0.as_mut().poll_next(context)).await?;
                if at.1.refuses(&at.2, ca::now()) {
                    return None;
                }
                let piece = piece.map_err(|error| -> Box<dyn std::error::Error> { error.into() });
                Some((piece, at))
            })))
        }
        _ => BoxBody::new(body),
    }
}

/// Gives the request its trace, its log line and its figures, and every error the form of a problem document.
pub(super) async fn observe(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    let site = request.app_data::<web::Data<Site>>().cloned();
    let site = site.ok_or_else(|| Problem::internal("no site in this server"))?;
    let parent = request.headers().get(TRACEPARENT).and_then(|value| TraceContext::parse(value.to_str().ok()?));
    let context = parent.map_or_else(TraceContext::start, |parent| parent.child());
    let method = request.method().as_str().to_owned();
    let span = tracing::info_span!("request", service = site.service.name, method, trace = %context.trace_id());
    let remote = opentelemetry::Context::new().with_remote_span_context(parent.unwrap_or(context).to_opentelemetry());
    // Without a configured exporter there is no layer that could take it.
    let _ = span.set_parent(remote);
    request.extensions_mut().insert(context);
    let path = request.path().to_owned();

    let outcome = context.scope(next.call(request)).instrument(span.clone()).await;
    let (status, route) = match &outcome {
        Ok(response) => (response.status(), response.request().match_pattern()),
        Err(error) => (error.as_response_error().status_code(), None),
    };
    let route = route.unwrap_or_else(|| "unmatched".to_owned());
    let seconds = started.elapsed().as_secs_f64();
    let labels = [("method", method.as_str()), ("route", route.as_str()), ("status", status.as_str())];
    site.requests.observe("kontor_http_request_seconds", "Requests answered.", &labels, seconds);
    span.in_scope(|| tracing::debug!(path, status = status.as_u16(), seconds, "answered"));

    match outcome {
        Ok(response) => Ok(span.in_scope(|| finish(response.map_into_boxed_body(), context))),
        Err(error) => Err(span
            .in_scope(|| as_problem(&error, error.as_response_error().status_code()))
            .traced(context.trace_id())
            .into()),
    }
}

fn finish(mut response: ServiceResponse<BoxBody>, context: TraceContext) -> ServiceResponse<BoxBody> {
    let status = response.status();
    let is_problem = |value: &HeaderValue| value.as_bytes().starts_with(MEDIA_TYPE.as_bytes());
    let failed = status.is_client_error() || status.is_server_error();
    if failed {
        if let Some(error) = response.response().error() {
            log(error, status.is_server_error());
        }
        if !response.headers().get(header::CONTENT_TYPE).is_some_and(is_problem) {
            let problem = match response.response().error() {
                Some(error) => as_problem(error, status),
                None => Problem::of_status(status),
            };
            let allowed = response.headers().get(header::ALLOW).cloned();
            let mut replaced = problem.traced(context.trace_id()).error_response();
            if let Some(allowed) = allowed {
                replaced.headers_mut().insert(header::ALLOW, allowed);
            }
            response = response.into_response(replaced);
        }
    }
    let headers = response.headers_mut();
    let fixed: [(HeaderName, &'static str); 3] = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(value) = HeaderValue::from_str(&context.trace_id()) {
        headers.insert(HeaderName::from_static("x-trace-id"), value);
    }
    response
}

/// The problem inside an error, or the bare one of its status: texts of other crates are not for clients.
fn as_problem(error: &Error, status: actix_web::http::StatusCode) -> Problem {
    error.as_error::<Problem>().cloned().unwrap_or_else(|| Problem::of_status(status))
}

fn log(error: &Error, server: bool) {
    if server {
        tracing::error!(error = ?error.as_error::<Problem>().map_or_else(|| error.to_string(), |p| format!("{p:?}")), "failed");
    } else {
        tracing::debug!(%error, "refused");
    }
}

pub(super) fn path_errors() -> web::PathConfig {
    // A path that does not parse names nothing.
    web::PathConfig::default().error_handler(|_, _| Problem::not_found().into())
}

pub(super) fn query_errors() -> web::QueryConfig {
    web::QueryConfig::default().error_handler(|error, _| {
        Problem::new(400, "malformed", "The query cannot be used").detail(error.to_string()).into()
    })
}

pub(super) fn json_errors(limit: usize) -> web::JsonConfig {
    web::JsonConfig::default().limit(limit).error_handler(|error, _request: &HttpRequest| {
        let status = error.status_code();
        let problem = match status.as_u16() {
            400 => Problem::new(400, "malformed", "The request is malformed").detail(error.to_string()),
            _ => Problem::of_status(status),
        };
        InternalError::from_response(error, HttpResponse::from_error(problem)).into()
    })
}
