//! What does not get money: a made-up buyer, more than the cap, a forged proof.

use kontor_trade::document::Invoice;

use super::{ADVANCE_RATE, TENOR, amount, check, claim_record};
use crate::{
    client::{
        ApiError, Enterprise,
        financing::{EvidenceError, Wish},
        held::{Held, issue},
    },
    demo::{
        cast::{Cast, member},
        report::Report,
        stage::Stage,
    },
};

/// A seller confirms his own invoice in the name of a buyer whom nobody attests.
pub async fn made_up_buyer(stage: &Stage, cast: &Cast, invoice: &Invoice, report: &mut Report) -> Result<(), ApiError> {
    let mut forged = invoice.clone();
    forged.invoice_number = format!("{}-F", forged.invoice_number);
    "Golden Gate Imports".clone_into(&mut forged.buyer.name);
    let mut held = issue(&cast.seller, &cast.made_up, &forged, "made-up").await?;
    let wish = Wish { amount: share(held.total(), 60), advance_rate: ADVANCE_RATE, tenor_days: TENOR };
    let request = cast.seller.request(&mut held, member(stage, "bank-a")?, wish, "made-up").await?;
    let told = cast.seller.await_state(&request, &["declined", "evidence-requested", "claimed"]).await?;
    check(told["state"] == "declined", || format!("the made-up buyer's invoice is {}", told["state"]))?;
    let application = stage.officer("bank-a").await?.application(&request.id, &["declined"]).await?;
    let unproven = application["checks"]
        .as_array()
        .into_iter()
        .flatten()
        .any(|check| check["name"] == "authenticity" && check["result"] != "pass");
    check(unproven, || format!("authenticity passed: {}", application["checks"]))?;
    report.step("a made-up buyer that nobody attests: bank-a declines", format!("reasons {}", codes(&told)));
    Ok(())
}

/// A further part that the cap does not leave: no proof exists, and a forged one is refused by every node.
pub async fn beyond_the_cap(
    stage: &Stage,
    seller: &Enterprise,
    held: &mut Held,
    bank: &str,
    wished: u64,
    report: &mut Report,
) -> Result<(), ApiError> {
    let purpose = format!("{bank} beyond {}", held.document());
    let wish = Wish { amount: wished, advance_rate: ADVANCE_RATE, tenor_days: TENOR };
    let request = seller.request(held, member(stage, bank)?, wish, &purpose).await?;
    let told = seller
        .await_state(&request, &["evidence-requested", "refused", "refused-over-limit", "claimed", "declined"])
        .await?;
    let more = amount(wished, &held.invoice);
    if told["state"] == "evidence-requested" {
        match seller.prove(held, &request, &told, &purpose).await {
            Err(EvidenceError::DoesNotFit) => {}
            Err(EvidenceError::Api(error)) => return Err(error),
            Ok(()) => return Err("a proof was made of something false".to_owned().into()),
        }
        report.step(&format!("{bank} is asked for {more} more: no valid proof exists"), "the prover finds none");
        match seller.prove_falsely(held, &request, &told, &purpose).await {
            Ok(()) => {}
            Err(EvidenceError::Api(error)) => return Err(error),
            Err(error @ EvidenceError::DoesNotFit) => return Err(error.to_string().into()),
        }
    }
    let told = seller.await_state(&request, &["refused", "refused-over-limit", "claimed", "declined"]).await?;
    let record = claim_record(&told)?;
    let code = stage.verdict(&record).await?.unwrap_or_default();
    check(code == "headroom-proof-invalid", || format!("the forged proof: {} {code}", told["state"]))?;
    held.records.push(record);
    report.step("a forged proof is submitted: every node refuses", code);
    Ok(())
}

/// `percent` of a total, rounded down.
pub fn share(total: u64, percent: u64) -> u64 {
    u64::try_from(u128::from(total) * u128::from(percent) / 100).unwrap_or(u64::MAX)
}

/// The codes of a request's reasons.
pub fn codes(told: &serde_json::Value) -> String {
    let reasons = told["reasons"].as_array().into_iter().flatten();
    reasons.filter_map(|reason| reason["code"].as_str()).collect::<Vec<_>>().join(", ")
}
