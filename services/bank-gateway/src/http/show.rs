//! Stored things as the API shows them.

use kontor_ledger::{Timestamp, checks::CheckReport, exchange::Profile};
use kontor_trade::Currency;
use serde_json::{Map, Value, json};

use crate::{
    domain::opened::{Opened, money},
    store::{
        application::Application,
        attestation_request::{AttestationRequest, Verdict},
        claim::Claim,
        ledger_record::{Kept, Purpose},
        offer::Made,
        product::Product,
    },
};

/// A page of a list.
pub fn page(items: Vec<Value>, next: Option<String>) -> Value {
    let mut page = json!({ "items": items });
    if let Some(next) = next {
        page["next"] = next.into();
    }
    page
}

/// Milliseconds since 1970 as RFC 3339.
pub fn time(millis: i64) -> Value {
    let time = u64::try_from(millis).ok().and_then(|millis| Timestamp::from_millis(millis).ok());
    time.unwrap_or_default().to_string().into()
}

fn amount(units: u64, currency: Currency) -> Value {
    match money(units, currency) {
        Some(money) => json!({ "amount": money.amount().to_string(), "currency": currency.as_str() }),
        None => Value::Null,
    }
}

fn put(object: &mut Value, name: &str, value: Option<Value>) {
    if let (Value::Object(object), Some(value)) = (object, value) {
        object.insert(name.to_owned(), value);
    }
}

/// A request for attestation with its opened profile.
pub fn attestation_request(request: &AttestationRequest, profile: Option<&Profile>) -> Value {
    let mut shown = json!({
        "id": request.id,
        "handle": request.handle,
        "identityKey": request.identity_key,
        "state": "requested",
        "received": time(request.received),
    });
    put(&mut shown, "profile", profile.and_then(|profile| serde_json::to_value(profile).ok()));
    if let Some(decision) = &request.decision {
        shown["decided"] = time(decision.at);
        match &decision.verdict {
            Verdict::Granted { attestation, expires, .. } => {
                shown["state"] = "granted".into();
                shown["attestation"] = attestation.to_string().into();
                shown["expires"] = time(*expires);
            }
            Verdict::Declined { reason } => {
                shown["state"] = "declined".into();
                shown["reason"] = reason.as_str().into();
            }
        }
    }
    shown
}

/// An application in a list.
pub fn summary(application: &Application, opened: &Opened) -> Value {
    let mut shown = json!({
        "id": application.id,
        "document": application.document,
        "version": application.version,
        "state": application.state,
        "received": time(application.received),
        "updated": time(application.updated),
    });
    put(&mut shown, "requested", requested(opened));
    shown
}

fn requested(opened: &Opened) -> Option<Value> {
    let terms = opened.terms.as_ref()?;
    let currency = Currency::parse(&terms.currency).ok()?;
    Some(amount(terms.amount, currency)).filter(|amount| !amount.is_null())
}

/// Everything that belongs to an application.
pub struct Parts<'a> {
    /// The application.
    pub application: &'a Application,
    /// What was opened.
    pub opened: &'a Opened,
    /// The claim, from when the seller was asked for evidence.
    pub claim: Option<&'a Claim>,
    /// Records sent to the ledger, oldest first.
    pub records: &'a [Kept],
    /// The last offer.
    pub offer: Option<&'a Made>,
    /// Names of messages made.
    pub messages: &'a [String],
}

/// An application with everything that the bank may see of it.
pub fn application(parts: &Parts<'_>) -> Value {
    let Parts { application, opened, .. } = parts;
    let mut shown = json!({
        "id": application.id,
        "document": application.document,
        "version": application.version,
        "state": application.state,
        "reasons": application.reasons,
        "parties": parties(opened),
        "disclosed": disclosed(opened),
        "checks": checks(application.report.as_ref()),
        "nearMatch": application.near_match,
        "messages": parts.messages,
        "received": time(application.received),
        "updated": time(application.updated),
    });
    put(&mut shown, "report", application.report.as_ref().and_then(|report| serde_json::to_value(report).ok()));
    put(&mut shown, "acknowledgement", application.acknowledgement.and_then(|word| serde_json::to_value(word).ok()));
    put(&mut shown, "terms", terms(opened));
    put(&mut shown, "total", opened.invoice.as_ref().map(|invoice| amount(invoice.total, invoice.currency)));
    put(&mut shown, "claim", parts.claim.map(|claim| self::claim(claim, parts)));
    put(&mut shown, "offer", parts.offer.and_then(offer));
    shown
}

fn terms(opened: &Opened) -> Option<Value> {
    let terms = opened.terms.as_ref()?;
    Some(json!({
        "requested": requested(opened)?,
        "advanceRate": terms.advance_rate,
        "tenorDays": terms.tenor_days,
    }))
}

fn parties(opened: &Opened) -> Vec<Value> {
    let shown = |party: &crate::domain::parties::KnownParty| {
        json!({
            "role": party.role,
            "name": party.name,
            "identifiers": party.identifiers,
            "attester": party.attester,
        })
    };
    opened.parties.iter().map(shown).collect()
}

fn disclosed(opened: &Opened) -> Vec<Value> {
    opened.fields.iter().map(|(pointer, value)| json!({ "pointer": pointer, "value": value })).collect()
}

fn checks(report: Option<&CheckReport>) -> Value {
    report.and_then(|report| serde_json::to_value(&report.findings.checks).ok()).unwrap_or_else(|| json!([]))
}

fn claim(claim: &Claim, parts: &Parts<'_>) -> Value {
    let mut shown = json!({
        "key": claim.key,
        "advanceRate": claim.terms.advance_rate,
        "expires": claim.terms.expires,
    });
    put(&mut shown, "amount", requested(parts.opened));
    put(&mut shown, "record", claim.record.map(|id| id.to_string().into()));
    put(&mut shown, "position", claim.position.map(Into::into));
    let last = parts.records.iter().rev().find(|kept| kept.purpose == Purpose::Reserve);
    put(&mut shown, "outcome", last.and_then(|kept| kept.outcome.clone()).map(Into::into));
    if claim.record.is_none() {
        put(&mut shown, "record", last.map(|kept| kept.id.to_string().into()));
        put(&mut shown, "position", last.and_then(|kept| kept.position).map(Into::into));
    }
    let financed = parts.records.iter().find(|kept| kept.purpose == Purpose::Finance && kept.outcome.is_some());
    put(&mut shown, "financed", financed.map(|kept| kept.id.to_string().into()));
    shown
}

fn offer(made: &Made) -> Option<Value> {
    let offer = &made.offer;
    let currency = Currency::parse(&offer.currency).ok()?;
    let mut shown = json!({
        "id": offer.id,
        "amount": amount(offer.amount, currency),
        "rate": offer.rate,
        "fee": amount(offer.fee, currency),
        "tenorDays": offer.tenor_days,
        "expires": offer.expires,
        "made": time(made.made),
    });
    put(&mut shown, "accepted", made.accepted.map(time));
    Some(shown)
}

/// A product and whether the marketplace has it.
pub fn product(product: &Product) -> Value {
    let mut shown = product.content.as_object().cloned().unwrap_or_else(Map::new);
    shown.insert("id".into(), product.id.to_string().into());
    shown.insert("created".into(), time(product.created));
    let state = if product.marketplace_id.is_some() { "published" } else { "publishing" };
    shown.insert("state".into(), state.into());
    if let Some(id) = product.marketplace_id {
        shown.insert("marketplaceId".into(), id.to_string().into());
    }
    shown.into()
}
