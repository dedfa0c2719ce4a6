//! ISO 20022 messages, validated against their schemas where `KONTOR_CORPUS` has those and `xmllint` is installed.

use std::process::Command;

use jiff::civil::date;
use kontor_trade::export::{
    Agent, BusinessHeader, CreditTransfer, Debtor, ExportError, FinancedInvoice, FinancingDecision, FinancingStatus,
    StatusReason, ValidationStatus,
};
use kontor_trade::{Bic, Country, Currency, Iban, Lei, Money};

fn eur(cents: i64) -> Money {
    Money::from_minor_units(cents, Currency::parse("EUR").unwrap())
}

fn now() -> jiff::Timestamp {
    "2026-10-20T09:30:00.125Z".parse().unwrap()
}

fn status(decision: FinancingDecision, reason: Option<StatusReason>) -> FinancingStatus {
    let financed = decision == FinancingDecision::Financed;
    FinancingStatus {
        identification: "STS-0001".to_owned(),
        creation_date_time: now(),
        request_identification: "REQ-0001".to_owned(),
        request_creation_date_time: now(),
        requestor: "Nordlicht Windtechnik & Söhne <GmbH>".to_owned(),
        requestor_lei: Lei::with_check_digits("6234KONTORSELLER01").ok(),
        first_agent: Bic::parse("AURUDEFF").unwrap(),
        validation: ValidationStatus::Confirmed,
        applied_percentage: financed.then(|| "60".parse().unwrap()),
        credit_date: financed.then(|| date(2026, 10, 21)),
        invoices: vec![FinancedInvoice {
            document_number: "NW-2026-01187".to_owned(),
            total: eur(6_708_000),
            issue_date: date(2026, 10, 5),
            payment_due_date: date(2027, 1, 3),
            supplier: "Nordlicht Windtechnik GmbH".to_owned(),
            decision,
            reason,
            additional_information: vec!["x".repeat(200)],
            financed_amount: financed.then(|| eur(4_024_800)),
        }],
    }
}

fn transfer() -> CreditTransfer {
    let bank = |bic: &str| Agent { bic: Bic::parse(bic).unwrap(), lei: None };
    CreditTransfer {
        message_identification: "PAY-0001".to_owned(),
        creation_date_time: now(),
        end_to_end_identification: "FIN-0001".to_owned(),
        transaction_identification: "TX-0001".to_owned(),
        amount: eur(4_024_800),
        settlement_date: date(2026, 10, 21),
        debtor: Debtor {
            name: "Aurum Bank".to_owned(),
            lei: Lei::with_check_digits("6234KONTORAURUM001").ok(),
            country: Country::parse("DE").ok(),
            account: None,
            other_account: Some("DISBURSEMENT".to_owned()),
            agent: bank("AURUDEFF"),
        },
        creditor: Debtor {
            name: "Nordlicht Windtechnik GmbH".to_owned(),
            lei: Lei::with_check_digits("6234KONTORSELLER01").ok(),
            country: Country::parse("DE").ok(),
            account: Iban::parse("DE89370400440532013000").ok(),
            other_account: None,
            agent: bank("AURUDEFFXXX"),
        },
        invoice: Some(("NW-2026-01187".to_owned(), date(2026, 10, 5))),
        remittance: Some("Advance of 60 % on your invoice".to_owned()),
    }
}

/// Validates with xmllint, unless schema or tool is missing.
fn validate(xml: &str, schema: &str) {
    let Some(corpus) = std::env::var_os("KONTOR_CORPUS") else { return };
    let schema = std::path::Path::new(&corpus).join("xsd/iso20022").join(schema);
    if !schema.is_file() || Command::new("xmllint").arg("--version").output().is_err() {
        eprintln!("skipped: {} or xmllint is missing", schema.display());
        return;
    }
    let mut child = Command::new("xmllint")
        .args(["--noout", "--nonet", "--schema"])
        .arg(&schema)
        .arg("-")
        .stdin(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), xml.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}\n{xml}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn financing_status_is_valid() {
    for (decision, reason) in [
        (FinancingDecision::Financed, None),
        (FinancingDecision::Pending, None),
        (FinancingDecision::NotFinanced, Some(StatusReason("refused-over-limit".to_owned()))),
    ] {
        let xml = status(decision, reason).to_xml().unwrap();
        insta::assert_snapshot!(format!("tsin.002-{}", decision.code()), xml);
        validate(&xml, "tsin.002.001.01.xsd");
    }
}

#[test]
fn a_newer_bic_is_left_out_of_the_older_message() {
    let mut newer = status(FinancingDecision::Pending, None);
    newer.first_agent = Bic::parse("1234DEFF").unwrap();
    let xml = newer.to_xml().unwrap();
    assert!(!xml.contains("FrstAgt"));
    validate(&xml, "tsin.002.001.01.xsd");
}

#[test]
fn credit_transfer_is_valid() {
    let xml = transfer().to_xml().unwrap();
    insta::assert_snapshot!("pacs.008", xml);
    validate(&xml, "pacs.008.001.08.xsd");
}

#[test]
fn header_is_valid() {
    let header = BusinessHeader {
        from: Bic::parse("AURUDEFF").unwrap(),
        to: Bic::parse("BOREFRPP").unwrap(),
        business_message_identifier: "PAY-0001".to_owned(),
        message_definition_identifier: "pacs.008.001.08".to_owned(),
        creation_date: now(),
    };
    validate(&header.to_xml().unwrap(), "head.001.001.02.xsd");
}

#[test]
fn what_does_not_fit_is_refused() {
    let mut long = status(FinancingDecision::Financed, None);
    long.identification = "x".repeat(36);
    assert_eq!(long.to_xml(), Err(ExportError::Length { field: "Id", max: 35 }));
    let mut empty = status(FinancingDecision::Financed, None);
    empty.invoices.clear();
    assert_eq!(empty.to_xml(), Err(ExportError::Empty));
    let mut negative = transfer();
    negative.amount = eur(-1);
    assert_eq!(negative.to_xml(), Err(ExportError::Amount { field: "IntrBkSttlmAmt" }));
}
