//! The API reference page, made from the OpenAPI document at start: plain HTML, no script, nothing loaded.

use std::fmt::Write;

use serde_json::Value;

use crate::html::escape;
use crate::server::Service;
use crate::server::page::frame;

const VERBS: [&str; 7] = ["get", "post", "put", "patch", "delete", "head", "options"];

pub(crate) fn render(service: &Service, document: &Value) -> String {
    let mut main = format!(
        "<header><p class=\"brand\">Kontor · API reference</p><h1>{}</h1>{}</header>\
         <nav><a href=\"/\">Front page</a><a href=\"/v1/openapi.json\">OpenAPI document</a></nav><h2>Calls</h2>",
        escape(service.title),
        paragraph(text(document.pointer("/info/description")).or(Some(service.about))),
    );
    for (path, item) in entries(document.get("paths")) {
        for verb in VERBS {
            if let Some(operation) = item.get(verb) {
                main.push_str(&call(document, verb, path, item, operation));
            }
        }
    }
    let schemas: Vec<_> = entries(document.pointer("/components/schemas")).collect();
    if !schemas.is_empty() {
        main.push_str("<h2>Schemas</h2>");
    }
    for (name, schema) in schemas {
        let _ = write!(
            main,
            "<details id=\"schema-{0}\"><summary><code>{0}</code></summary>{1}{2}</details>",
            escape(name),
            paragraph(text(schema.get("description"))),
            properties(schema),
        );
    }
    frame(service.title, &main)
}

fn call(document: &Value, verb: &str, path: &str, item: &Value, operation: &Value) -> String {
    let mut html = format!(
        "<details><summary><span class=\"verb\">{}</span><code>{}</code> <span class=\"dim\">{}</span></summary>{}",
        verb.to_uppercase(),
        escape(path),
        escape(text(operation.get("summary")).unwrap_or_default()),
        paragraph(text(operation.get("description"))),
    );
    let listed = [item, operation].into_iter().filter_map(|place| place.get("parameters")?.as_array()).flatten();
    let rows: String = listed.map(|parameter| parameter_row(resolve(document, parameter))).collect();
    if !rows.is_empty() {
        let _ = write!(html, "<h3>Parameters</h3><table>{rows}</table>");
    }
    if let Some(body) = operation.get("requestBody") {
        let _ = write!(html, "<h3>Request body</h3>{}", content(resolve(document, body)));
    }
    html.push_str("<h3>Answers</h3><table>");
    for (status, answer) in entries(operation.get("responses")) {
        let answer = resolve(document, answer);
        let _ = write!(
            html,
            "<tr><th><code>{}</code></th><td>{}{}</td></tr>",
            escape(status),
            escape(text(answer.get("description")).unwrap_or_default()),
            content(answer),
        );
    }
    html.push_str("</table></details>");
    html
}

fn parameter_row(parameter: &Value) -> String {
    let required = if parameter.get("required").and_then(Value::as_bool) == Some(true) { "required" } else { "" };
    format!(
        "<tr><th><code>{}</code></th><td>{} {required}</td><td>{}</td><td>{}</td></tr>",
        escape(text(parameter.get("name")).unwrap_or_default()),
        escape(text(parameter.get("in")).unwrap_or_default()),
        parameter.get("schema").map(kind).unwrap_or_default(),
        escape(text(parameter.get("description")).unwrap_or_default()),
    )
}

/// The media types of a body with their schemas.
fn content(body: &Value) -> String {
    let mut html = String::new();
    for (media, what) in entries(body.get("content")) {
        let schema = what.get("schema").map(kind).unwrap_or_default();
        let _ = write!(html, "<p><code>{}</code> {schema}</p>", escape(media));
        let properties = what.get("schema").map(properties).unwrap_or_default();
        html.push_str(&properties);
    }
    html
}

/// A table of an object's members.
fn properties(schema: &Value) -> String {
    let required: Vec<_> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let rows: String = entries(schema.get("properties"))
        .map(|(name, member)| {
            let must = if required.contains(&name) { "required" } else { "" };
            let about = escape(text(member.get("description")).unwrap_or_default());
            format!(
                "<tr><th><code>{}</code></th><td>{}</td><td>{must}</td><td>{about}</td></tr>",
                escape(name),
                kind(member)
            )
        })
        .collect();
    if rows.is_empty() { format!("<p>{}</p>", kind(schema)) } else { format!("<table>{rows}</table>") }
}

/// A schema in a few words, linking the ones it names.
fn kind(schema: &Value) -> String {
    if let Some(reference) = text(schema.get("$ref")) {
        let name = escape(reference.rsplit('/').next().unwrap_or(reference));
        return format!("<a href=\"#schema-{name}\">{name}</a>");
    }
    for (word, joint) in [("oneOf", " or "), ("anyOf", " or "), ("allOf", " and ")] {
        if let Some(list) = schema.get(word).and_then(Value::as_array) {
            return list.iter().map(kind).collect::<Vec<_>>().join(joint);
        }
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        let values = values.iter().map(|value| format!("<code>{}</code>", escape(&value.to_string())));
        return values.collect::<Vec<_>>().join(", ");
    }
    let base = match schema.get("type") {
        Some(Value::Array(types)) => types.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "),
        Some(Value::String(kind)) if kind == "array" => {
            return format!("list of {}", schema.get("items").map(self::kind).unwrap_or_default());
        }
        other => text(other).unwrap_or("any").to_owned(),
    };
    let format = text(schema.get("format")).map(|format| format!(" ({})", escape(format))).unwrap_or_default();
    format!("{}{format}", escape(&base))
}

/// Follows a reference inside the document, one step; OpenAPI components do not chain.
fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let reference = text(value.get("$ref")).and_then(|reference| reference.strip_prefix('#'));
    reference.and_then(|pointer| document.pointer(pointer)).unwrap_or(value)
}

fn entries(value: Option<&Value>) -> impl Iterator<Item = (&str, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

fn text(value: Option<&Value>) -> Option<&str> {
    value.and_then(Value::as_str)
}

fn paragraph(text: Option<&str>) -> String {
    text.map(|text| format!("<p class=\"about\">{}</p>", escape(text))).unwrap_or_default()
}
