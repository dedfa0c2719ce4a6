//! Request bodies: bounded, checked against the OpenAPI document's own schema, then parsed.

use std::collections::HashMap;
use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use futures::StreamExt;
use futures::future::LocalBoxFuture;
use jsonschema::{Draft, Validator};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::Problem;

/// At most so many failing places are listed.
const MAX_POINTERS: usize = 20;

/// How large a body may be, in bytes. Put it into a resource's or scope's `app_data` to override the server's limit.
#[derive(Debug, Clone, Copy)]
pub struct BodyLimit(pub usize);

/// A type that is read from a request body.
pub trait Checkable: DeserializeOwned {
    /// Name of its schema under `components/schemas` of the service's OpenAPI document.
    const SCHEMA: &'static str;
}

/// A body that satisfied its schema.
pub struct Checked<T> {
    value: T,
    raw: web::Bytes,
}

impl<T> Checked<T> {
    /// The parsed value.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// The body as it was sent, which an idempotency key is bound to.
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }
}

impl<T> Deref for Checked<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: Checkable> FromRequest for Checked<T> {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            if !is_json(&request) {
                return Err(Problem::new(415, "unsupported-media-type", "Send application/json").into());
            }
            let raw = read(&request, payload).await?;
            let schemas = request.app_data::<web::Data<Schemas>>();
            let schemas = schemas.ok_or_else(|| Problem::internal("no schemas in this server"))?;
            let value = schemas.check::<T>(&raw)?;
            Ok(Self { value, raw })
        })
    }
}

fn is_json(request: &HttpRequest) -> bool {
    let essence = request.content_type().trim();
    essence.eq_ignore_ascii_case("application/json") || essence.to_ascii_lowercase().ends_with("+json")
}

/// Reads a whole body within the limit that applies to this request.
///
/// # Errors
///
/// Problem `too-large`, or `malformed` if the connection breaks.
pub async fn read(request: &HttpRequest, mut payload: Payload) -> Result<web::Bytes, Problem> {
    let limit = request.app_data::<BodyLimit>().copied().unwrap_or(BodyLimit(1 << 20)).0;
    let announced = request.headers().get("content-length").and_then(|length| length.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: usize| length > limit) {
        return Err(too_large(limit));
    }
    let mut body = web::BytesMut::with_capacity(announced.unwrap_or(0).min(limit));
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| malformed("the body could not be read").caused_by(error.to_string()))?;
        if body.len().saturating_add(chunk.len()) > limit {
            return Err(too_large(limit));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

fn too_large(limit: usize) -> Problem {
    Problem::new(413, "too-large", "The body is too large")
        .detail(format!("at most {limit} bytes"))
        .with("limit", limit)
}

fn malformed(detail: impl Into<String>) -> Problem {
    Problem::new(400, "malformed", "The request is malformed").detail(detail)
}

/// The compiled schemas of a service's OpenAPI document.
pub struct Schemas(HashMap<String, Validator>);

impl Schemas {
    /// Compiles every component schema; references stay inside the document.
    ///
    /// # Errors
    ///
    /// What is wrong with which schema, in one line.
    pub fn compile(openapi: &Value) -> Result<Self, String> {
        let none = serde_json::Map::new();
        let components = openapi.pointer("/components/schemas").and_then(Value::as_object).unwrap_or(&none);
        let mut compiled = HashMap::new();
        for name in components.keys() {
            let schema = json!({
                "$ref": format!("#/components/schemas/{}", name.replace('~', "~0").replace('/', "~1")),
                "components": openapi.get("components"),
            });
            let validator = jsonschema::options()
                .with_draft(Draft::Draft202012)
                .should_validate_formats(true)
                .offline()
                .build(&schema)
                .map_err(|error| format!("schema {name}: {error}"))?;
            compiled.insert(name.clone(), validator);
        }
        Ok(Self(compiled))
    }

    /// Checks and parses a body.
    ///
    /// # Errors
    ///
    /// Problem `malformed` if it is not JSON, `schema` with the failing pointers if it does not satisfy the schema.
    pub fn check<T: Checkable>(&self, raw: &[u8]) -> Result<T, Problem> {
        let value: Value = serde_json::from_slice(raw).map_err(|error| malformed(format!("not JSON: {error}")))?;
        self.check_value(T::SCHEMA, &value)?;
        // A schema says less than a type (a checksum, a date that exists): what is left over is a schema error as well.
        serde_json::from_value(value).map_err(|error| schema_problem().detail(error.to_string()))
    }

    /// Checks a value against a named component.
    ///
    /// # Errors
    ///
    /// Problem `schema` with the failing pointers.
    pub fn check_value(&self, schema: &str, value: &Value) -> Result<(), Problem> {
        let missing = || Problem::internal(format!("no schema {schema} in the OpenAPI document"));
        let validator = self.0.get(schema).ok_or_else(missing)?;
        let mut errors = validator.iter_errors(value).take(MAX_POINTERS).peekable();
        if errors.peek().is_none() {
            return Ok(());
        }
        // The value itself is masked: it may be secret, and it may be long.
        Err(errors.fold(schema_problem(), |problem, error| {
            problem.pointer_detail(error.instance_path().to_string(), error.masked().to_string())
        }))
    }
}

fn schema_problem() -> Problem {
    Problem::new(400, "schema", "The body does not satisfy its schema")
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Thing {
        #[expect(dead_code, reason = "only parsed")]
        size: u8,
    }

    impl Checkable for Thing {
        const SCHEMA: &'static str = "Thing";
    }

    fn schemas() -> Schemas {
        let document = json!({ "components": { "schemas": {
            "Thing": { "type": "object", "required": ["size"], "properties": { "size": { "$ref": "#/components/schemas/Size" } },
                       "additionalProperties": false },
            "Size": { "type": "integer", "minimum": 0 },
        } } });
        Schemas::compile(&document).expect("compiles")
    }

    #[test]
    fn failures_name_the_place_and_never_the_value() {
        assert!(schemas().check::<Thing>(br#"{"size":1}"#).is_ok());
        let problem = schemas().check::<Thing>(br#"{"size":"secret"}"#).expect_err("refused").to_json();
        assert_eq!(problem["errors"][0]["pointer"], "/size");
        assert!(!problem.to_string().contains("secret"));
        assert_eq!(schemas().check::<Thing>(b"{").expect_err("refused").slug(), "malformed");
        assert_eq!(schemas().check::<Thing>(br#"{"size":300}"#).expect_err("refused").slug(), "schema");
    }
}
