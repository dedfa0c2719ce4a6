//! One caller of one service: JSON over HTTP, a bearer token, problems as errors.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

/// Tries at a service that does not answer, before giving up.
const TRIES: u32 = 5;

/// How often a state is asked for while it is awaited.
const POLL: Duration = Duration::from_millis(50);

/// How long a state is awaited.
const PATIENCE: Duration = Duration::from_secs(60);

/// Why a call did not succeed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ApiError {
    /// No answer.
    #[error("{base} does not answer: {message}")]
    Unreachable {
        /// The service.
        base: String,
        /// What went wrong.
        message: String,
    },
    /// The service refused (RFC 9457).
    #[error("{method} {path}: {status} {slug}: {detail}")]
    Problem {
        /// The call's method.
        method: Method,
        /// The call's path.
        path: String,
        /// HTTP status.
        status: u16,
        /// Last part of the problem's type.
        slug: String,
        /// Title and detail.
        detail: String,
    },
    /// What was asked for did not come about.
    #[error("{0}")]
    Unexpected(String),
}

impl ApiError {
    /// The problem's slug, if the service refused.
    pub fn slug(&self) -> Option<&str> {
        match self {
            Self::Problem { slug, .. } => Some(slug),
            Self::Unreachable { .. } | Self::Unexpected(_) => None,
        }
    }
}

impl From<String> for ApiError {
    fn from(message: String) -> Self {
        Self::Unexpected(message)
    }
}

/// A caller of one service.
#[derive(Clone)]
pub struct Api {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
}

impl Api {
    /// Nobody in particular, at the service with this base address.
    ///
    /// # Errors
    /// [`ApiError::Unexpected`] if no client can be set up.
    pub fn new(base: &str) -> Result<Self, ApiError> {
        let http = kontor_chassis::client::plain().map_err(|error| error.to_string())?;
        Ok(Self { http, base: base.trim_end_matches('/').to_owned(), token: None })
    }

    /// Signs in.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn sign_in(mut self, login: &str, password: &str) -> Result<Self, ApiError> {
        let body = json!({ "login": login, "password": password, "bearer": true });
        let session = self.post("/v1/sessions", &body, None).await?;
        self.token = session["token"].as_str().map(str::to_owned);
        Ok(self)
    }

    /// Reads.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn get(&self, path: &str) -> Result<Value, ApiError> {
        parse(self.call(Method::GET, path, None, None).await?)
    }

    /// Writes; `key` makes a repetition the same request.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn post(&self, path: &str, body: &Value, key: Option<&str>) -> Result<Value, ApiError> {
        parse(self.call(Method::POST, path, Some(("application/json", body.to_string().into())), key).await?)
    }

    /// Replaces.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn put(&self, path: &str, body: &Value) -> Result<Value, ApiError> {
        parse(self.call(Method::PUT, path, Some(("application/json", body.to_string().into())), None).await?)
    }

    /// Stores bytes.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn put_bytes(&self, path: &str, bytes: Vec<u8>) -> Result<(), ApiError> {
        self.call(Method::PUT, path, Some(("application/octet-stream", bytes)), None).await.map(|_| ())
    }

    /// Reads bytes.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn bytes(&self, path: &str) -> Result<Vec<u8>, ApiError> {
        self.call(Method::GET, path, None, None).await
    }

    /// Reads until `wanted` says yes.
    ///
    /// # Errors
    /// [`ApiError`]; [`ApiError::Unexpected`] with what was last seen when patience ends.
    pub async fn wait(
        &self,
        path: &str,
        what: &str,
        mut wanted: impl FnMut(&Value) -> bool,
    ) -> Result<Value, ApiError> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let seen = match self.get(path).await {
                Err(ApiError::Problem { status: 404, .. }) => Value::Null,
                seen => seen?,
            };
            if wanted(&seen) {
                return Ok(seen);
            }
            if Instant::now() > deadline {
                let state = seen["state"].as_str().unwrap_or("nothing");
                return Err(ApiError::Unexpected(format!(
                    "{path} did not come to {what}: {state} {}",
                    seen["reasons"]
                )));
            }
            sleep(POLL).await;
        }
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<(&str, Vec<u8>)>,
        key: Option<&str>,
    ) -> Result<Vec<u8>, ApiError> {
        let mut tried = 0;
        loop {
            tried += 1;
            let mut request = self.http.request(method.clone(), format!("{}{path}", self.base));
            if let Some(token) = &self.token {
                request = request.bearer_auth(token);
            }
            if let Some((media, body)) = &body {
                request = request.header("content-type", *media).body(body.clone());
            }
            if let Some(key) = key {
                request = request.header("idempotency-key", key);
            }
            let outcome = match request.send().await {
                Ok(answer) => {
                    let status = answer.status().as_u16();
                    answer.bytes().await.map(|bytes| (status, bytes.to_vec()))
                }
                Err(error) => Err(error),
            };
            match outcome {
                Ok((status, bytes)) if status < 400 => return Ok(bytes),
                Ok((429 | 503, _)) if tried < TRIES => {}
                Ok((status, bytes)) => return Err(problem(method, path, status, &bytes)),
                Err(_) if tried < TRIES => {}
                Err(error) => {
                    let message = error.without_url().to_string();
                    return Err(ApiError::Unreachable { base: self.base.clone(), message });
                }
            }
            sleep(Duration::from_millis(200) * tried).await;
        }
    }
}

fn parse(bytes: Vec<u8>) -> Result<Value, ApiError> {
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(&bytes).map_err(|error| ApiError::Unexpected(format!("an answer is no JSON: {error}")))
}

fn problem(method: Method, path: &str, status: u16, bytes: &[u8]) -> ApiError {
    let document: Value = serde_json::from_slice(bytes).unwrap_or_default();
    let text = |name: &str| document[name].as_str().unwrap_or_default().to_owned();
    let slug = text("type").rsplit('/').next().unwrap_or_default().to_owned();
    let errors = if document["errors"].is_array() { document["errors"].to_string() } else { String::new() };
    let detail = format!("{} {} {}{errors}", text("title"), text("detail"), text("code"));
    ApiError::Problem { method, path: path.to_owned(), status, slug, detail }
}
