//! The regulator sees the market without opening anything, then opens one document; its owner sees that.

use jiff::{Timestamp, ToSpan as _};
use kontor_ledger::record::{CaseTerms, RecordId};
use serde_json::Value;

use super::check;
use crate::{
    client::{ApiError, Enterprise, held::Held, supervision::Supervisor},
    consortium::plan::ServiceKind,
    demo::{report::Report, stage::Stage},
};

/// Market, refusals, case, access, plaintext, and the owner's view of it.
pub async fn supervise(
    stage: &Stage,
    seller: &Enterprise,
    held: &mut Held,
    refused: &RecordId,
    run: &str,
    report: &mut Report,
) -> Result<(), ApiError> {
    let base = stage.service(ServiceKind::Supervisor, "regulator")?;
    let entry = stage.manifest.service(ServiceKind::Supervisor, "regulator");
    let sponsor = entry.map(|entry| entry.member.clone()).unwrap_or_default();
    let sponsor = sponsor.parse().map_err(|error| ApiError::Unexpected(format!("{sponsor}: {error}")))?;
    let mut officers = Vec::new();
    for (person, password) in stage.people(ServiceKind::Supervisor, "regulator")?.into_iter().take(2) {
        let key = person.key_file.as_deref().ok_or_else(|| format!("{} has no key file", person.login))?;
        let genesis = stage.genesis.clone();
        officers.push(Supervisor::sign_in(&base, &person.login, &password, key, genesis, sponsor).await?);
    }
    let [first, second] = officers.as_slice() else { return Err("two officers are needed".to_owned().into()) };

    let counted = |market: &Value| market["claims"]["financed"].as_u64() >= Some(2);
    let market = first.market(counted).await?;
    let refusal = first.refusal(&refused.to_string()).await?;
    check(refusal["code"] == "duplicate", || format!("the refusal is listed as {refusal}"))?;
    let claims = &market["claims"];
    let detail =
        format!("{} claims, {} refused, {} documents", claims["reserved"], claims["refused"], market["documents"]);
    report.step("the regulator sees the market and the refused claims, opening nothing", detail);

    let expires = Timestamp::now().checked_add((24 * 30).hours()).map_err(|error| error.to_string())?;
    let terms = CaseTerms {
        legal_basis: "Banking Act, section 44: inquiry into double financing".to_owned(),
        documents: vec![held.document()],
        expires: to_millisecond(expires)?,
        reference: format!("2026/{run}"),
    };
    // A case that was drafted before keeps its terms: the key stands for the run's document, not for the time.
    let case = match first.draft_case(&terms, &format!("case-{}", held.document())).await {
        Err(error) if error.slug() == Some("idempotency-key-reused") => {
            first.draft_case(&terms, &format!("case-{}-{expires}", held.document())).await?
        }
        case => case?,
    };
    for officer in &officers {
        officer.approve_case(&case).await?;
    }
    held.records.push(first.open_case(&case).await?);
    let reason = "compare with the refused duplicate";
    let access = second.draft_access(&case, &held.document(), reason, &format!("access-{case}")).await?;
    check(second.cannot_read_yet(&access).await?, || "the document could be read before the access".to_owned())?;
    for officer in &officers {
        officer.approve_access(&access).await?;
    }
    let record = second.record_access(&access).await?;
    held.records.push(record);
    for officer in &officers {
        officer.contribute(&access).await?;
    }
    let disclosed = second.read(&access).await?;
    let number = &disclosed["content"]["invoiceNumber"];
    check(number == held.invoice.invoice_number.as_str(), || format!("the regulator reads invoice {number}"))?;
    report
        .step("two officers open one document under a case; the access is recorded first", format!("invoice {number}"));

    let seen = seller.await_access(&held.document(), &record.to_string()).await?;
    check(seen["reason"] == reason, || format!("the owner sees {seen}"))?;
    report.step("the owner sees the access and its reason", format!("{}", seen["reason"]));
    Ok(())
}

fn to_millisecond(time: Timestamp) -> Result<kontor_ledger::time::Timestamp, ApiError> {
    let millis = u64::try_from(time.as_millisecond()).map_err(|error| error.to_string())?;
    kontor_ledger::time::Timestamp::from_millis(millis).map_err(|error| ApiError::Unexpected(error.to_string()))
}
