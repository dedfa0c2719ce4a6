//! Holds responses against the service's OpenAPI 3.1 document.

use jsonschema::Draft;
use serde_json::{Value, json};

/// Checks that the document has this call with this answer and that the body satisfies its schema. `path` is the one
/// called (`/v1/things/7`) or the template itself. Use `Value::Null` for an answer without a body.
///
/// # Panics
///
/// With everything that differs.
#[track_caller]
pub fn check(openapi: &str, method: &str, path: &str, status: u16, body: &Value) {
    if let Err(difference) = compare(openapi, method, path, status, body) {
        panic!("{method} {path} answered {status}, and {difference}\nbody: {body:#}");
    }
}

/// As [`check`], with the difference as an error.
///
/// # Errors
///
/// What differs.
pub fn compare(openapi: &str, method: &str, path: &str, status: u16, body: &Value) -> Result<(), String> {
    let document: Value = serde_json::from_str(openapi).map_err(|error| format!("the document is no JSON: {error}"))?;
    let (template, item) = find(&document, path).ok_or("the document has no such path")?;
    let operation = item.get(method.to_ascii_lowercase()).ok_or(format!("{template} has no such method"))?;
    let responses = operation.get("responses").ok_or(format!("{template} lists no responses"))?;
    let range = format!("{}XX", status / 100);
    let response = [status.to_string().as_str(), &range, "default"].into_iter().find_map(|key| responses.get(key));
    let response = resolve(&document, response.ok_or(format!("{template} does not list this status"))?);
    let content = response.get("content").and_then(Value::as_object);
    let Some(content) = content.filter(|content| !content.is_empty()) else {
        return if body.is_null() { Ok(()) } else { Err(format!("{template} lists no body")) };
    };
    let wanted = if status >= 400 { "application/problem+json" } else { "application/json" };
    let media = content.get(wanted).or_else(|| content.iter().find(|(name, _)| name.contains("json")).map(|(_, m)| m));
    let Some(schema) = media.and_then(|media| media.get("schema")) else {
        return Err(format!("{template} lists no JSON schema"));
    };
    validate(&document, schema, body)
}

/// Checks a value against a named component schema.
///
/// # Panics
///
/// With everything that differs.
#[track_caller]
pub fn check_component(openapi: &str, name: &str, value: &Value) {
    let document: Value = serde_json::from_str(openapi).expect("the document is JSON");
    let schema = json!({ "$ref": format!("#/components/schemas/{name}") });
    if let Err(difference) = validate(&document, &schema, value) {
        panic!("{name}: {difference}\nvalue: {value:#}");
    }
}

fn validate(document: &Value, schema: &Value, body: &Value) -> Result<(), String> {
    let mut whole = schema.clone();
    if let (Some(object), Some(components)) = (whole.as_object_mut(), document.get("components")) {
        object.insert("components".to_owned(), components.clone());
    }
    let options = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true).offline();
    let validator = options.build(&whole).map_err(|error| format!("its schema is broken: {error}"))?;
    let differences: Vec<_> =
        validator.iter_errors(body).map(|error| format!("{}: {error}", error.instance_path())).collect();
    if differences.is_empty() { Ok(()) } else { Err(differences.join("\n")) }
}

/// The path item whose template the path fits; literal segments win over parameters.
fn find<'a>(document: &'a Value, path: &str) -> Option<(&'a str, &'a Value)> {
    let path = path.split('?').next().unwrap_or(path);
    let paths = document.get("paths")?.as_object()?;
    let fitting = paths.iter().filter(|(template, _)| fits(template, path));
    fitting.min_by_key(|(template, _)| template.matches('{').count()).map(|(template, item)| (template.as_str(), item))
}

fn fits(template: &str, path: &str) -> bool {
    let (wanted, given): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    let segment = |(wanted, given): (&&str, &&str)| {
        wanted == given || (wanted.starts_with('{') && wanted.ends_with('}') && !given.is_empty())
    };
    wanted.len() == given.len() && wanted.iter().zip(&given).all(segment)
}

fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let reference = value.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix('#'));
    reference.and_then(|pointer| document.pointer(pointer)).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = r##"{
        "openapi": "3.1.0", "info": { "title": "T", "version": "1" },
        "paths": { "/v1/things/{id}": { "get": { "responses": {
            "200": { "$ref": "#/components/responses/Thing" }, "204": { "description": "none" } } } } },
        "components": {
            "responses": { "Thing": { "description": "one", "content": { "application/json": {
                "schema": { "$ref": "#/components/schemas/Thing" } } } } },
            "schemas": { "Thing": { "type": "object", "required": ["size"],
                "properties": { "size": { "$ref": "#/components/schemas/Size" } } },
                "Size": { "type": "integer" } } } }"##;

    #[test]
    fn answers_that_differ_are_found() {
        let compare = |path: &str, status, body| compare(DOCUMENT, "GET", path, status, &body);
        assert_eq!(compare("/v1/things/7", 200, json!({ "size": 1 })), Ok(()));
        assert_eq!(compare("/v1/things/7", 204, Value::Null), Ok(()));
        assert!(compare("/v1/things/7", 200, json!({ "size": "x" })).is_err_and(|text| text.contains("/size")));
        assert!(compare("/v1/things/7", 404, json!({})).is_err());
        assert!(compare("/v1/others/7", 200, json!({})).is_err());
    }
}
