//! A bank finances a part of an invoice.

use kontor_sealing::Hash;
use serde_json::Value;

use super::{ADVANCE_RATE, TENOR, amount, check, claim_record};
use crate::{
    client::{
        ApiError, Enterprise,
        financing::{EvidenceError, Request, Wish},
        held::Held,
    },
    demo::{cast::member, report::Report, stage::Stage},
};

/// States that a request passes on the way to its money.
const ON_THE_WAY: [&str; 8] =
    ["evidence-requested", "claimed", "offered", "accepted", "financed", "declined", "refused-duplicate", "refused"];

/// How often a proof is made anew because another claim came between.
const TRIES: u32 = 5;

/// Asks a bank for `wished`, proves that it fits, and sees it through to the messages for payment.
pub async fn finance(
    stage: &Stage,
    seller: &Enterprise,
    held: &mut Held,
    bank: &str,
    wished: u64,
    report: &mut Report,
) -> Result<(), ApiError> {
    let purpose = format!("{bank} {}", held.document());
    let wish = Wish { amount: wished, advance_rate: ADVANCE_RATE, tenor_days: TENOR };
    let request = seller.request(held, member(stage, bank)?, wish, &purpose).await?;
    let told = claim(seller, held, &request, &purpose).await?;
    let record = claim_record(&told)?;
    check(stage.verdict(&record).await?.is_none(), || format!("{bank}'s claim was not accepted by every node"))?;
    held.records.push(record);
    let what = amount(wished, &held.invoice);
    report.step(&format!("{bank} checks the request and reserves {what} on the ledger"), short(&record));

    let officer = stage.officer(bank).await?;
    let application = officer.application(&request.id, &["claimed", "offered", "accepted", "financed"]).await?;
    for name in ["authenticity", "duplicate"] {
        let passed = |check: &Value| check["name"] == name && check["result"] == "pass";
        let checks = application["checks"].as_array();
        check(checks.is_some_and(|checks| checks.iter().any(passed)), || {
            format!("check {name}: {}", application["checks"])
        })?;
    }
    officer.offer(&request.id, &application["claim"]["amount"]["amount"], 425, TENOR).await?;
    let told = seller.await_state(&request, &["offered", "accepted", "financed"]).await?;
    if told["state"] == "offered" {
        let offer = seller.accept(held, &request, &told).await?;
        check(offer.amount == wished, || format!("{bank} offers {} instead of {wished}", offer.amount))?;
    }
    seller.await_state(&request, &["financed"]).await?;
    let application = officer.application(&request.id, &["financed"]).await?;
    let financed: Option<Hash> = application["claim"]["financed"].as_str().and_then(|id| id.parse().ok());
    let financed = financed.ok_or_else(|| "the claim was not financed on the ledger".to_owned())?;
    check(stage.verdict(&financed).await?.is_none(), || "financing was refused".to_owned())?;
    held.records.push(financed);
    let status = officer.message(&request.id, "tsin.002").await?;
    check(status.contains("FNCD"), || "tsin.002 does not say FNCD".to_owned())?;
    let payment = officer.message(&request.id, "pacs.008").await?;
    check(payment.contains("FIToFICstmrCdtTrf"), || "pacs.008 is no credit transfer".to_owned())?;
    report.step(&format!("{bank} offers, the seller accepts, the claim is financed"), "tsin.002 FNCD, pacs.008");
    Ok(())
}

/// Sends evidence until the ledger has spoken.
async fn claim(seller: &Enterprise, held: &mut Held, request: &Request, purpose: &str) -> Result<Value, ApiError> {
    for _ in 0..TRIES {
        let told = seller.await_state(request, &ON_THE_WAY).await?;
        match told["state"].as_str() {
            Some("evidence-requested") => match seller.prove(held, request, &told, purpose).await {
                Ok(()) => {}
                Err(EvidenceError::Api(error)) => return Err(error),
                Err(error @ EvidenceError::DoesNotFit) => return Err(error.to_string().into()),
            },
            Some("claimed" | "offered" | "accepted" | "financed") => {
                // A run that was taken up again needs the opening for later proofs.
                seller.remember(held, request, &told, purpose)?;
                return Ok(told);
            }
            Some("refused-duplicate") => {
                return Err("this invoice is already claimed on this network".to_owned().into());
            }
            _ => return Err(format!("the request ended as {}: {}", told["state"], told["reasons"]).into()),
        }
        seller.await_moved(request, &told).await?;
    }
    Err("other claims kept coming between".to_owned().into())
}

fn short(record: &Hash) -> String {
    format!("record {}…", &record.to_string()[..12])
}
