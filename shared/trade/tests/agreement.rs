//! The JSON Schemas and the Rust types say the same: a document with every field that the schema knows survives the
//! type unchanged, and the type knows no field that the schema does not.

use kontor_trade::Document;
use kontor_trade::document::Schema;
use serde_json::{Map, Value, json};

/// A value for a place in a schema, every optional property present.
fn sample(node: &Value, local: &Value, definitions: &Value) -> Value {
    if let Some(reference) = node.get("$ref").and_then(Value::as_str) {
        let name = reference.rsplit('/').next().unwrap();
        let from = if reference.starts_with('#') { local } else { definitions };
        return named(name).unwrap_or_else(|| sample(&from["$defs"][name], from, definitions));
    }
    match node["type"].as_str() {
        Some("object") => {
            let properties = node["properties"].as_object().unwrap().iter();
            properties
                .map(|(name, property)| (name.clone(), sample(property, local, definitions)))
                .collect::<Map<_, _>>()
                .into()
        }
        Some("array") => json!([sample(&node["items"], local, definitions)]),
        Some("boolean") => json!(true),
        Some("integer") => json!(30),
        Some("string") => node["examples"].get(0).cloned().unwrap_or_else(|| json!("text")),
        _ => json!({"opaque": [1, "two"]}),
    }
}

/// Values of the definitions that a type checks further.
fn named(definition: &str) -> Option<Value> {
    Some(match definition {
        "amount" => json!("12.30"),
        "decimal" => json!("1.5"),
        "date" => json!("2026-02-28"),
        "currencyCode" => json!("EUR"),
        "countryCode" => json!("DE"),
        "identifier" => json!({"scheme": "GLN", "value": "4012345000009"}),
        _ => return None,
    })
}

fn complete(schema: Schema) -> Value {
    let text: Value = serde_json::from_str(schema.text()).unwrap();
    let definitions: Value = serde_json::from_str(Schema::definitions()).unwrap();
    sample(&text, &text, &definitions)
}

#[test]
fn every_field_survives() {
    for schema in [Schema::Invoice, Schema::Order] {
        let value = complete(schema);
        assert_eq!(schema.check(&value), Ok(()));
        let document = Document::from_value(&value).unwrap();
        assert_eq!(document.schema(), schema);
        assert_eq!(document.to_value().unwrap(), value);
    }
}

#[test]
fn what_a_schema_cannot_say_is_checked() {
    let wrong = |pointer: &str, with: Value| {
        let mut value = complete(Schema::Invoice);
        *value.pointer_mut(pointer).unwrap() = with;
        let error = Document::from_value(&value).unwrap_err().to_string();
        assert!(error.contains(pointer), "{error} does not name {pointer}");
    };
    wrong("/seller/identifiers/0", json!({"scheme": "LEI", "value": "529900T8BM49AURSDO56"}));
    wrong("/totals/grandTotalAmount", json!("1.234"));
    wrong("/lines/0/allowanceCharges/0/amount", json!("1.234"));
    wrong("/invoiceCurrencyCode", json!("XXX"));
    wrong("/buyer/address/country", json!("XX"));
    wrong("/issueDate", json!("2026-02-30"));
}
