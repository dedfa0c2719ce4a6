//! Validation against the JSON Schemas of `api-spec/schemas`, compiled once.

use std::sync::LazyLock;

use jsonschema::{Registry, Validator};
use serde::Serialize;
use serde_json::Value;

const DEFINITIONS: &str = include_str!("../../../../api-spec/schemas/definitions.json");
const INVOICE: &str = include_str!("../../../../api-spec/schemas/invoice.json");
const ORDER: &str = include_str!("../../../../api-spec/schemas/order.json");
/// Enough to correct a document by; a document wrong everywhere is not listed to its end.
const MAX_VIOLATIONS: usize = 100;

/// One place where a document breaks its schema or its own currency's rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// JSON Pointer to the place.
    pub pointer: String,
    /// What is wrong there.
    pub message: String,
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let pointer = if self.pointer.is_empty() { "/" } else { &self.pointer };
        write!(f, "{pointer}: {}", self.message)
    }
}

/// Why JSON is not the document that it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// The fields say neither invoice nor order.
    #[error("neither an invoice nor an order")]
    Unknown,
    /// Against the schema, or inconsistent.
    #[error("the document breaks its schema{}", list(.0))]
    Invalid(Vec<Violation>),
}

fn list(violations: &[Violation]) -> String {
    violations.iter().take(5).map(|violation| format!("; {violation}")).collect()
}

impl DocumentError {
    /// An error at one place.
    pub(crate) fn at(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(vec![Violation { pointer: pointer.into(), message: message.into() }])
    }
}

/// A document kind that has a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Schema {
    /// `invoice.json`
    Invoice,
    /// `order.json`
    Order,
}

impl Schema {
    /// The schema's short name, as sealed document headers carry it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Invoice => "invoice",
            Self::Order => "order",
        }
    }

    /// The schema of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "invoice" => Some(Self::Invoice),
            "order" => Some(Self::Order),
            _ => None,
        }
    }

    /// The schema itself, JSON text.
    pub fn text(self) -> &'static str {
        match self {
            Self::Invoice => INVOICE,
            Self::Order => ORDER,
        }
    }

    /// The definitions that the schemas refer to, JSON text.
    pub fn definitions() -> &'static str {
        DEFINITIONS
    }

    /// Checks a value, listing every place that breaks the schema.
    ///
    /// # Errors
    /// The places, by JSON Pointer.
    pub fn check(self, value: &Value) -> Result<(), DocumentError> {
        let validator = match self {
            Self::Invoice => &*INVOICE_VALIDATOR,
            Self::Order => &*ORDER_VALIDATOR,
        };
        let violations: Vec<_> = validator
            .iter_errors(value)
            .take(MAX_VIOLATIONS)
            // Masked: an error text must not carry the document's values into a log.
            .map(|error| Violation { pointer: error.instance_path().to_string(), message: error.masked().to_string() })
            .collect();
        if violations.is_empty() { Ok(()) } else { Err(DocumentError::Invalid(violations)) }
    }
}

static INVOICE_VALIDATOR: LazyLock<Validator> = LazyLock::new(|| compile(INVOICE));
static ORDER_VALIDATOR: LazyLock<Validator> = LazyLock::new(|| compile(ORDER));

/// Compiles an embedded schema. A failure is a broken build, found by any test that touches a document.
fn compile(schema: &str) -> Validator {
    try_compile(schema).unwrap_or_else(|error| panic!("an embedded schema does not compile: {error}"))
}

fn try_compile(schema: &str) -> Result<Validator, Box<dyn std::error::Error>> {
    let definitions: Value = serde_json::from_str(DEFINITIONS)?;
    let registry = Registry::new().add("https://kontor.network/schemas/definitions.json", definitions)?.prepare()?;
    let schema: Value = serde_json::from_str(schema)?;
    Ok(jsonschema::options().with_registry(&registry).should_validate_formats(true).build(&schema)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemas_compile_and_their_examples_fit() {
        for schema in [Schema::Invoice, Schema::Order] {
            let text: Value = serde_json::from_str(schema.text()).unwrap();
            for example in text["examples"].as_array().unwrap() {
                assert_eq!(schema.check(example), Ok(()));
            }
            assert_eq!(Schema::from_name(schema.name()), Some(schema));
            assert!(jsonschema::meta::is_valid(&text));
        }
    }

    #[test]
    fn errors_point_at_the_place_and_keep_values_out() {
        let mut example: Value = serde_json::from_str::<Value>(INVOICE).unwrap()["examples"][0].clone();
        example["totals"]["grandTotalAmount"] = Value::from("a secret figure");
        example["lines"][1]["surprise"] = Value::from(1);
        let Err(DocumentError::Invalid(violations)) = Schema::Invoice.check(&example) else { panic!("accepted") };
        assert!(violations.iter().any(|v| v.pointer == "/totals/grandTotalAmount"));
        assert!(violations.iter().any(|v| v.pointer == "/lines/1"));
        assert!(violations.iter().all(|v| !v.message.contains("secret")));
    }
}
