//! Bodies that are checked against an OpenAPI document, and what the certificate authority reads.

use std::sync::LazyLock;

use kontor_chassis::{
    ca::{Crl, Details, Request},
    json::Schemas,
};
use serde_json::Value;

const DOCUMENTS: [&str; 6] = [
    include_str!("../../../api-spec/bank-gateway.json"),
    include_str!("../../../api-spec/enterprise-portal.json"),
    include_str!("../../../api-spec/ledger-anchor.json"),
    include_str!("../../../api-spec/marketplace.json"),
    include_str!("../../../api-spec/supervisor.json"),
    include_str!("../../../api-spec/verification.json"),
];

/// Every component of every service, by name.
static COMPONENTS: LazyLock<Vec<(Schemas, Vec<String>)>> = LazyLock::new(|| {
    let compiled = DOCUMENTS.iter().map(|text| {
        let document: Value = serde_json::from_str(text).expect("JSON");
        let components = document.pointer("/components/schemas").and_then(Value::as_object);
        let names = components.map(|components| components.keys().cloned().collect()).unwrap_or_default();
        (Schemas::compile(&document).expect("compiles"), names)
    });
    compiled.collect()
});

/// A request's body; its first two bytes choose the service and the component that it must satisfy.
pub fn body(data: &[u8]) {
    let Some(([service, component], body)) = data.split_first_chunk() else { return };
    let Ok(value) = serde_json::from_slice(body) else { return };
    let services = &*COMPONENTS;
    let Some((schemas, names)) = services.get(usize::from(*service) % services.len()) else { return };
    if let Some(name) = usize::from(*component).checked_rem(names.len()).and_then(|place| names.get(place)) {
        let _ = schemas.check_value(name, &value);
    }
}

/// What the certificate authority and its clients read: signing requests, certificates, revocation lists.
pub fn certificates(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let _ = Request::read(&text);
    let _ = Details::of_chain(&text);
    let _ = Details::of(data);
    // The list's issuer is the first part, as long as its first two bytes say.
    let Some(([high, low], rest)) = data.split_first_chunk() else { return };
    if let Some((issuer, list)) = rest.split_at_checked(usize::from(u16::from_be_bytes([*high, *low]))) {
        let _ = Crl::read(list, issuer);
    }
}
