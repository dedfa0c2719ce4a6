//! Bodies that are checked against an OpenAPI document.

use std::sync::LazyLock;

use kontor_chassis::json::{Checkable, Schemas};
use serde::Deserialize;

static SCHEMAS: LazyLock<Option<Schemas>> = LazyLock::new(|| {
    let text = include_str!("../../../api-spec/enterprise-portal.json");
    let document = serde_json::from_str(text).ok()?;
    Schemas::compile(&document).ok()
});

#[derive(Deserialize)]
#[serde(transparent)]
struct Body(#[expect(dead_code, reason = "only read")] serde_json::Value);

impl Checkable for Body {
    const SCHEMA: &'static str = "NewFinancingRequest";
}

/// A request's body.
pub fn body(data: &[u8]) {
    if let Some(schemas) = SCHEMAS.as_ref() {
        let _ = schemas.check::<Body>(data);
    }
}
