//! The same invoice at another bank: as another document, and under an altered number.

use kontor_sealing::document::DocumentId;
use kontor_trade::{
    document::{Document, Invoice},
    import::import,
};
use serde_json::Value;

use super::{ADVANCE_RATE, TENOR, check, claim_record, forgery::share};
use crate::{
    client::{
        ApiError,
        financing::{EvidenceError, Wish},
        held::issue,
    },
    demo::{
        cast::{Cast, member},
        report::Report,
        stage::Stage,
    },
};

/// Offers the same invoice, read from another syntax, to bank B; every node refuses the claim.
pub async fn twice(
    stage: &Stage,
    cast: &Cast,
    again: &Invoice,
    syntax: &str,
    report: &mut Report,
) -> Result<kontor_sealing::Hash, ApiError> {
    let mut held = issue(&cast.seller, &cast.buyer, again, "again").await?;
    let wish = Wish { amount: share(held.total(), 50), advance_rate: ADVANCE_RATE, tenor_days: TENOR };
    let request = cast.seller.request(&mut held, member(stage, "bank-b")?, wish, "again").await?;
    let told =
        cast.seller.await_state(&request, &["evidence-requested", "refused-duplicate", "claimed", "declined"]).await?;
    if told["state"] == "evidence-requested" {
        match cast.seller.prove(&mut held, &request, &told, "again").await {
            Ok(()) => {}
            Err(EvidenceError::Api(error)) => return Err(error),
            Err(error @ EvidenceError::DoesNotFit) => return Err(error.to_string().into()),
        }
    }
    let told = cast.seller.await_state(&request, &["refused-duplicate", "claimed", "declined", "refused"]).await?;
    check(told["state"] == "refused-duplicate", || format!("the duplicate is {}: {}", told["state"], told["reasons"]))?;
    let record = claim_record(&told)?;
    let code = stage.verdict(&record).await?.unwrap_or_default();
    check(code == "duplicate", || format!("the nodes say {code}"))?;
    report.step(&format!("bank-b is offered the same invoice, as {syntax}: every node refuses"), code);
    Ok(record)
}

/// Offers the invoice under an altered number to bank B, which is warned without learning whose it is.
pub async fn altered(
    stage: &Stage,
    cast: &Cast,
    invoice: &Invoice,
    first: DocumentId,
    report: &mut Report,
) -> Result<(), ApiError> {
    let mut altered = invoice.clone();
    altered.invoice_number = format!("{}7", altered.invoice_number);
    let mut held = issue(&cast.seller, &cast.buyer, &altered, "altered").await?;
    let wish = Wish { amount: share(held.total(), 50), advance_rate: ADVANCE_RATE, tenor_days: TENOR };
    let request = cast.seller.request(&mut held, member(stage, "bank-b")?, wish, "altered").await?;
    let officer = stage.officer("bank-b").await?;
    let application = officer.application(&request.id, &["awaiting-acknowledgement", "declined"]).await?;
    let partial = |check: &Value| {
        check["name"] == "duplicate"
            && check["reasons"].as_array().into_iter().flatten().any(|reason| reason["code"] == "partial-match")
    };
    let warned = application["checks"].as_array().into_iter().flatten().any(partial);
    check(warned, || format!("no warning of a near match: {}", application["checks"]))?;
    silent(&application, first)?;
    if application["state"] == "awaiting-acknowledgement" {
        officer.acknowledge(&request.id, "decline").await?;
    }
    cast.seller.await_state(&request, &["declined"]).await?;
    report.step("bank-b is offered it under an altered number: warned, not told whose", "bank-b declines");
    Ok(())
}

/// That what a bank is shown names no other bank's part in the first document.
fn silent(application: &Value, first: DocumentId) -> Result<(), ApiError> {
    let mut shown = application.clone();
    // Who attested the parties is the seller's own disclosure.
    for party in shown["parties"].as_array_mut().into_iter().flatten() {
        party["attester"] = Value::Null;
    }
    let text = shown.to_string();
    for secret in [first.to_string(), "AURUDEFF".to_owned(), "CITRNL2A".to_owned(), "DORAES2B".to_owned()] {
        check(!text.contains(&secret), || format!("bank-b is shown {secret}"))?;
    }
    Ok(())
}

/// The invoice as read from another syntax than it came in, and that syntax's name.
pub fn in_another_syntax(invoice: &Invoice, came_as_cii: bool) -> Result<(Invoice, &'static str), ApiError> {
    let (text, name) = if came_as_cii {
        (kontor_trade::export::to_ubl(invoice), "UBL")
    } else {
        (kontor_trade::export::to_cii(invoice), "CII")
    };
    match import(text.as_bytes()).map_err(|error| error.to_string())?.document {
        Document::Invoice(again) => Ok((*again, name)),
        Document::Order(_) => Err("the other syntax is no invoice".to_owned().into()),
    }
}
