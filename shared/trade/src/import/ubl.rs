//! OASIS UBL 2 Invoice and CreditNote, as EN 16931-3-2 binds them, and the 2.0 profiles before it.

use rust_decimal::Decimal;

use super::map::{Mapper, text, value_error};
use super::tree::Node;
use super::{ImportError, ubl_line, ubl_party};
use crate::document::{
    DocumentReference, Invoice, InvoiceTotals, Note, OrderReference, PaymentAccount, PaymentMeans, Period,
};
use crate::money::Currency;

/// Maps an `Invoice` or `CreditNote` element.
pub(super) fn invoice(mapper: &mut Mapper, root: Node) -> Result<Invoice, ImportError> {
    let credit_note = root.name() == "CreditNote";
    let invoice_number = mapper.required(root, "ID")?.text().unwrap_or_default().to_owned();
    let issue_date = mapper.date(mapper.required(root, "IssueDate")?)?;
    let currency = currency(mapper, root)?;
    let type_code = if credit_note {
        mapper.type_code(root.at("CreditNoteTypeCode"), "381")
    } else {
        mapper.type_code(root.at("InvoiceTypeCode"), "380")
    };
    let due_date = root.at("DueDate").or_else(|| root.at("PaymentMeans/PaymentDueDate"));
    let due_date = due_date.or_else(|| root.at("PaymentTerms/PaymentDueDate"));
    let seller = root.at("AccountingSupplierParty");
    let buyer = root.at("AccountingCustomerParty");
    let lines = root.all(if credit_note { "CreditNoteLine" } else { "InvoiceLine" });
    let lines: Vec<_> = lines.map(|line| ubl_line::line(mapper, line, currency)).collect::<Result<_, _>>()?;
    // Format versions and profiles say how to read, not what is invoiced.
    for name in ["UBLVersionID", "CustomizationID", "ProfileID", "LineCountNumeric", "CopyIndicator"] {
        let _ = root.at(name);
    }
    Ok(Invoice {
        invoice_number,
        type_code,
        issue_date,
        due_date: mapper.optional_date(due_date),
        tax_point_date: mapper.optional_date(root.at("TaxPointDate")),
        invoice_currency_code: currency,
        tax_currency_code: mapper.currency_at(root, "TaxCurrencyCode")?,
        buyer_reference: text(root, "BuyerReference"),
        accounting_reference: text(root, "AccountingCost").or_else(|| text(root, "AccountingCostCode")),
        order_reference: order_reference(mapper, root),
        contract_reference: text(root, "ContractDocumentReference/ID"),
        project_reference: text(root, "ProjectReference/ID"),
        despatch_advice_reference: text(root, "DespatchDocumentReference/ID"),
        receiving_advice_reference: text(root, "ReceiptDocumentReference/ID"),
        preceding_invoices: references(mapper, root, "BillingReference", "InvoiceDocumentReference"),
        additional_documents: additional(mapper, root),
        notes: notes(root),
        seller: ubl_party::role(mapper, root, seller, "AccountingSupplierParty")?,
        buyer: ubl_party::role(mapper, root, buyer, "AccountingCustomerParty")?,
        payee: root.at("PayeeParty").and_then(|node| ubl_party::party(mapper, node)),
        seller_tax_representative: root.at("TaxRepresentativeParty").and_then(|node| ubl_party::party(mapper, node)),
        period: root.at("InvoicePeriod").and_then(|node| period(mapper, node)),
        delivery: root.at("Delivery").and_then(|node| ubl_party::delivery(mapper, node)),
        payment_reference: text(root, "PaymentMeans/PaymentID"),
        payment_means: payment_means(root),
        payment_terms: text(root, "PaymentTerms/Note"),
        allowance_charges: ubl_line::allowance_charges(mapper, root, currency)?,
        tax_breakdown: ubl_line::tax_breakdown(mapper, root, currency)?,
        totals: totals(mapper, root, currency, &lines)?,
        lines,
        role_proofs: None,
    })
}

/// The element that holds the totals.
fn totals_element(root: Node<'_>) -> Option<Node<'_>> {
    root.at("LegalMonetaryTotal").or_else(|| root.at("RequestedMonetaryTotal"))
}

/// The document's currency; UBL 2.0 profiles leave it to the amounts.
fn currency(mapper: &mut Mapper, root: Node) -> Result<Currency, ImportError> {
    if let Some(currency) = mapper.currency_at(root, "DocumentCurrencyCode")? {
        return Ok(currency);
    }
    let amount = totals_element(root).and_then(|totals| totals.at("PayableAmount"));
    let missing = || ImportError::Missing { line: root.line(), path: root.path(), name: "DocumentCurrencyCode" };
    let amount = amount.ok_or_else(missing)?;
    let currency = Currency::parse(amount.attribute("currencyID").ok_or_else(missing)?)
        .map_err(|error| value_error(amount, &error.to_string()))?;
    mapper.warn(root, format!("names no currency; {currency} taken from the payable amount"));
    Ok(currency)
}

fn totals(
    mapper: &mut Mapper,
    root: Node,
    currency: Currency,
    lines: &[crate::document::InvoiceLine],
) -> Result<InvoiceTotals, ImportError> {
    let node = totals_element(root).ok_or_else(|| ImportError::Missing {
        line: root.line(),
        path: root.path(),
        name: "LegalMonetaryTotal",
    })?;
    let due_payable_amount = mapper.required_amount(node, "PayableAmount", currency)?;
    let total_prepaid_amount = mapper.amount_at(node, "PrepaidAmount", currency)?;
    let rounding_amount = mapper.amount_at(node, "PayableRoundingAmount", currency)?;
    let tax_total = Mapper::in_currency(root.all("TaxTotal").filter_map(|tax| tax.at("TaxAmount")), currency);
    let grand_total_amount = match mapper.amount_at(node, "TaxInclusiveAmount", currency)? {
        Some(amount) => amount,
        None => {
            let before = due_payable_amount
                .checked_add(total_prepaid_amount.unwrap_or_default())
                .and_then(|sum| sum.checked_sub(rounding_amount.unwrap_or_default()));
            mapper.warn(node, "has no TaxInclusiveAmount; the grand total is what is payable plus what was prepaid");
            before.ok_or_else(|| value_error(node, "amounts out of range"))?
        }
    };
    let stated = mapper.amount_at(node, "LineExtensionAmount", currency)?;
    let summed = || lines.iter().try_fold(Decimal::ZERO, |sum, line| sum.checked_add(line.line_total_amount));
    Ok(InvoiceTotals {
        line_total_amount: stated.or_else(|| summed().filter(|_| !lines.is_empty())),
        allowance_total_amount: mapper.amount_at(node, "AllowanceTotalAmount", currency)?,
        charge_total_amount: mapper.amount_at(node, "ChargeTotalAmount", currency)?,
        tax_basis_total_amount: mapper.amount_at(node, "TaxExclusiveAmount", currency)?,
        tax_total_amount: tax_total.map_or(Ok(None), |amount| mapper.amount(amount, currency))?,
        grand_total_amount,
        total_prepaid_amount,
        rounding_amount,
        due_payable_amount,
    })
}

/// Orders. UBL demands an `ID` even where only the seller's number is known; Peppol then writes `NA`.
fn order_reference(mapper: &mut Mapper, root: Node) -> Option<OrderReference> {
    let node = root.at("OrderReference")?;
    let sales_order_number = text(node, "SalesOrderID");
    let purchase_order_number = text(node, "ID").filter(|number| {
        sales_order_number.is_none() || !["NA", "N/A"].contains(&number.to_ascii_uppercase().as_str())
    });
    let issue_date = mapper.optional_date(node.at("IssueDate"));
    let found = purchase_order_number.is_some() || sales_order_number.is_some();
    found.then_some(OrderReference { purchase_order_number, sales_order_number, issue_date })
}

/// A period, unless both ends are missing.
pub(super) fn period(mapper: &mut Mapper, node: Node) -> Option<Period> {
    let start_date = mapper.optional_date(node.at("StartDate"));
    let end_date = mapper.optional_date(node.at("EndDate"));
    (start_date.is_some() || end_date.is_some()).then_some(Period { start_date, end_date })
}

fn reference(mapper: &mut Mapper, node: Node) -> Option<DocumentReference> {
    Some(DocumentReference {
        identifier: text(node, "ID")?,
        issue_date: mapper.optional_date(node.at("IssueDate")),
        type_code: text(node, "DocumentTypeCode"),
        description: text(node, "DocumentDescription").or_else(|| text(node, "DocumentType")),
        location: text(node, "Attachment/ExternalReference/URI"),
    })
}

fn references(mapper: &mut Mapper, root: Node, outer: &'static str, inner: &'static str) -> Vec<DocumentReference> {
    let nodes = root.all(outer).flat_map(|node| node.all(inner));
    nodes.filter_map(|node| reference(mapper, node)).take(1000).collect()
}

fn additional(mapper: &mut Mapper, root: Node) -> Vec<DocumentReference> {
    let nodes = root.all("AdditionalDocumentReference").chain(root.all("OriginatorDocumentReference"));
    nodes.filter_map(|node| reference(mapper, node)).take(1000).collect()
}

/// Notes; EN 16931 writes the subject as a `#CODE#` in front.
fn notes(root: Node) -> Vec<Note> {
    let split = |content: &str| {
        let marked = content.strip_prefix('#').and_then(|rest| rest.split_once('#'));
        match marked {
            Some((code, rest)) if code.len() == 3 && !rest.trim().is_empty() => {
                Note { subject_code: Some(code.to_owned()), content: rest.trim().to_owned() }
            }
            _ => Note { subject_code: None, content: content.to_owned() },
        }
    };
    root.all("Note").filter_map(Node::text).map(split).take(1000).collect()
}

fn payment_means(root: Node) -> Vec<PaymentMeans> {
    let account = |node: Node| {
        let account = node.at("PayeeFinancialAccount")?;
        Some(PaymentAccount {
            identifier: text(account, "ID")?,
            name: text(account, "Name"),
            bank_identifier: text(account, "FinancialInstitutionBranch/ID")
                .or_else(|| text(account, "FinancialInstitutionBranch/FinancialInstitution/ID")),
        })
    };
    let means = root.all("PaymentMeans").filter_map(|node| {
        let code = node.at("PaymentMeansCode")?;
        Some(PaymentMeans {
            type_code: code.text()?.to_owned(),
            information: code.attribute("name").map(str::to_owned),
            account: account(node),
        })
    });
    means.take(50).collect()
}
