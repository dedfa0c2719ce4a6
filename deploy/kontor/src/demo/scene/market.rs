//! A request without a chosen bank meets the banks' products.

use serde_json::{Value, json};

use super::check;
use crate::{
    client::{ApiError, Enterprise, held::Held},
    demo::{report::Report, stage::Stage},
};

/// Publishes two banks' products, asks without a bank, and sees the request pushed to whom it fits only.
pub async fn matched(
    stage: &Stage,
    seller: &Enterprise,
    held: &Held,
    run: &str,
    report: &mut Report,
) -> Result<(), ApiError> {
    let currency = held.invoice.invoice_currency_code.to_string();
    let other = if currency == "CHF" { "JPY" } else { "CHF" };
    for (bank, currency) in [("bank-c", currency.as_str()), ("bank-d", other)] {
        let product = json!({
            "name": format!("Receivables {run}"), "currencies": [currency], "minAmount": "up-to-10k",
            "maxAmount": "over-10m", "maxTenorDays": 120, "countries": [], "rateFrom": 400,
        });
        stage.officer(bank).await?.publish(&product, &format!("demo-{run}-{bank}-{currency}")).await?;
    }
    let country = held.invoice.seller.address.as_ref().and_then(|address| address.country.as_ref());
    let country = country.map_or_else(|| "DE".to_owned(), ToString::to_string);
    let outline =
        json!({ "currency": currency, "amountBand": "10k-to-100k", "tenorDays": 60, "sellerCountry": country });
    let purpose = held.document().to_string();
    let told = seller.request_any(held, &outline, &purpose).await?;
    let banks: Vec<&str> =
        told["matches"].as_array().into_iter().flatten().filter_map(|one| one["bank"].as_str()).collect();
    check(banks.contains(&"CITRNL2A"), || format!("bank-c was not matched: {}", told["matches"]))?;
    let strangers = |one: &Value| one["bank"] == "DORAES2B" && one["product"]["name"] == format!("Receivables {run}");
    let mistaken = told["matches"].as_array().into_iter().flatten().any(strangers);
    check(!mistaken, || "bank-d was matched with a product in another currency".to_owned())?;
    let id = told["id"].as_str().unwrap_or_default();
    stage.officer("bank-c").await?.lead(id).await?;
    report.step("a request without a bank is matched and pushed to the banks it fits", banks.join(", "));
    Ok(())
}
