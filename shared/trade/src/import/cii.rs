//! UN/CEFACT Cross Industry Invoice D16B, as EN 16931-3-3 binds it.

use super::map::{Mapper, text};
use super::party::{add, identifier, set_electronic_address};
use super::tree::Node;
use super::{ImportError, cii_line};
use crate::document::{
    Address, Contact, Delivery, DocumentReference, Invoice, InvoiceTotals, Note, OrderReference, Party, PaymentAccount,
    PaymentMeans, Period,
};
use crate::identifier::Scheme;
use crate::money::Currency;

/// Maps a `CrossIndustryInvoice` element.
pub(super) fn invoice(mapper: &mut Mapper, root: Node) -> Result<Invoice, ImportError> {
    let missing = |node: Node, name| ImportError::Missing { line: node.line(), path: node.path(), name };
    let header = root.at("ExchangedDocument").ok_or_else(|| missing(root, "ExchangedDocument"))?;
    let trade = root.at("SupplyChainTradeTransaction").ok_or_else(|| missing(root, "SupplyChainTradeTransaction"))?;
    let part = |name: &'static str| trade.at(name).ok_or_else(|| missing(trade, name));
    let agreement = part("ApplicableHeaderTradeAgreement")?;
    let settlement = part("ApplicableHeaderTradeSettlement")?;
    let delivery_node = trade.at("ApplicableHeaderTradeDelivery");
    // Guideline and process say how to read, not what is invoiced.
    if let Some(context) = root.at("ExchangedDocumentContext") {
        for name in ["BusinessProcessSpecifiedDocumentContextParameter", "GuidelineSpecifiedDocumentContextParameter"] {
            let _ = context.at(name).and_then(|node| node.at("ID"));
        }
    }
    let invoice_number = mapper.required(header, "ID")?.text().unwrap_or_default().to_owned();
    let issue_date = header.at("IssueDateTime").and_then(day).ok_or_else(|| missing(header, "IssueDateTime"))?;
    let currency = mapper.required(settlement, "InvoiceCurrencyCode")?;
    let currency = Currency::parse(currency.text().unwrap_or_default())
        .map_err(|error| super::map::value_error(currency, &error.to_string()))?;
    let lines = trade.all("IncludedSupplyChainTradeLineItem");
    let lines: Vec<_> = lines.map(|line| cii_line::line(mapper, line, currency)).collect::<Result<_, _>>()?;
    let terms = || settlement.all("SpecifiedTradePaymentTerms");
    let due_date = terms().find_map(|terms| terms.at("DueDateDateTime")).and_then(day);
    let tax_point = settlement.at("ApplicableTradeTax/TaxPointDate").and_then(day);
    Ok(Invoice {
        invoice_number,
        type_code: mapper.type_code(header.at("TypeCode"), "380"),
        issue_date: mapper.date(issue_date)?,
        due_date: mapper.optional_date(due_date),
        tax_point_date: mapper.optional_date(tax_point),
        invoice_currency_code: currency,
        tax_currency_code: mapper.currency_at(settlement, "TaxCurrencyCode")?,
        buyer_reference: text(agreement, "BuyerReference"),
        accounting_reference: text(settlement, "ReceivableSpecifiedTradeAccountingAccount/ID"),
        order_reference: order_reference(mapper, agreement),
        contract_reference: text(agreement, "ContractReferencedDocument/IssuerAssignedID"),
        project_reference: text(agreement, "SpecifiedProcuringProject/ID"),
        despatch_advice_reference: delivery_node
            .and_then(|node| text(node, "DespatchAdviceReferencedDocument/IssuerAssignedID")),
        receiving_advice_reference: delivery_node
            .and_then(|node| text(node, "ReceivingAdviceReferencedDocument/IssuerAssignedID")),
        preceding_invoices: references(mapper, settlement, "InvoiceReferencedDocument"),
        additional_documents: references(mapper, agreement, "AdditionalReferencedDocument"),
        notes: notes(header),
        seller: required_party(mapper, agreement, "SellerTradeParty")?,
        buyer: required_party(mapper, agreement, "BuyerTradeParty")?,
        payee: settlement.at("PayeeTradeParty").and_then(|node| party(mapper, node)),
        seller_tax_representative: agreement
            .at("SellerTaxRepresentativeTradeParty")
            .and_then(|node| party(mapper, node)),
        period: settlement.at("BillingSpecifiedPeriod").and_then(|node| period(mapper, node)),
        delivery: delivery_node.and_then(|node| delivery(mapper, node)),
        payment_reference: text(settlement, "PaymentReference"),
        payment_means: payment_means(settlement),
        payment_terms: terms().find_map(|terms| text(terms, "Description")),
        allowance_charges: cii_line::allowance_charges(mapper, settlement, currency)?,
        tax_breakdown: cii_line::tax_breakdown(mapper, settlement, currency)?,
        lines,
        totals: totals(mapper, settlement, currency)?,
        role_proofs: None,
    })
}

/// The element with the day in a date-time element, which may be qualified or not.
pub(super) fn day(node: Node<'_>) -> Option<Node<'_>> {
    ["DateTimeString", "DateString", "DateTime", "Date"].into_iter().find_map(|name| node.at(name))
}

fn totals(mapper: &mut Mapper, settlement: Node, currency: Currency) -> Result<InvoiceTotals, ImportError> {
    let name = "SpecifiedTradeSettlementHeaderMonetarySummation";
    let node = settlement.at(name).ok_or_else(|| ImportError::Missing {
        line: settlement.line(),
        path: settlement.path(),
        name: "SpecifiedTradeSettlementHeaderMonetarySummation",
    })?;
    let grand_total_amount = mapper.required_amount(node, "GrandTotalAmount", currency)?;
    let tax_total = Mapper::in_currency(node.all("TaxTotalAmount"), currency);
    Ok(InvoiceTotals {
        line_total_amount: mapper.amount_at(node, "LineTotalAmount", currency)?,
        allowance_total_amount: mapper.amount_at(node, "AllowanceTotalAmount", currency)?,
        charge_total_amount: mapper.amount_at(node, "ChargeTotalAmount", currency)?,
        tax_basis_total_amount: mapper.amount_at(node, "TaxBasisTotalAmount", currency)?,
        tax_total_amount: tax_total.map_or(Ok(None), |amount| mapper.amount(amount, currency))?,
        grand_total_amount,
        total_prepaid_amount: mapper.amount_at(node, "TotalPrepaidAmount", currency)?,
        rounding_amount: mapper.amount_at(node, "RoundingAmount", currency)?,
        due_payable_amount: match mapper.amount_at(node, "DuePayableAmount", currency)? {
            Some(amount) => amount,
            None => {
                mapper.warn(node, "has no DuePayableAmount; the grand total was taken");
                grand_total_amount
            }
        },
    })
}

fn order_reference(mapper: &mut Mapper, agreement: Node) -> Option<OrderReference> {
    let purchase = agreement.at("BuyerOrderReferencedDocument");
    let reference = OrderReference {
        purchase_order_number: purchase.and_then(|node| text(node, "IssuerAssignedID")),
        sales_order_number: text(agreement, "SellerOrderReferencedDocument/IssuerAssignedID"),
        issue_date: mapper.optional_date(purchase.and_then(|node| node.at("FormattedIssueDateTime")).and_then(day)),
    };
    (reference != OrderReference::default()).then_some(reference)
}

fn required_party(mapper: &mut Mapper, agreement: Node, name: &'static str) -> Result<Party, ImportError> {
    let missing = |node: Node, name| ImportError::Missing { line: node.line(), path: node.path(), name };
    let node = agreement.at(name).ok_or_else(|| missing(agreement, name))?;
    party(mapper, node).ok_or_else(|| missing(node, "Name"))
}

/// A party; none if it has no name.
fn party(mapper: &mut Mapper, node: Node) -> Option<Party> {
    let trading_name = text(node, "SpecifiedLegalOrganization/TradingBusinessName");
    let name = text(node, "Name").or_else(|| trading_name.clone())?;
    let mut party = Party {
        trading_name: trading_name.filter(|trading| *trading != name),
        name,
        legal_form: text(node, "Description"),
        ..Party::default()
    };
    for id in node.all("ID").chain(node.all("GlobalID")) {
        let found = identifier(mapper, id, Scheme::Assigned);
        add(&mut party, found);
    }
    for id in node.all("SpecifiedTaxRegistration").flat_map(|node| node.all("ID")) {
        // VA is VAT; FC is the number at the tax office.
        let scheme = match id.attribute("schemeID") {
            Some("VA" | "VAT") => Scheme::Vat,
            _ => Scheme::Tax,
        };
        let found = identifier(mapper, id, scheme);
        add(&mut party, found);
    }
    let registration = node.at("SpecifiedLegalOrganization/ID");
    let found = registration.and_then(|id| identifier(mapper, id, Scheme::Registration));
    add(&mut party, found);
    set_electronic_address(mapper, &mut party, node.at("URIUniversalCommunication/URIID"));
    party.address = node.at("PostalTradeAddress").and_then(|node| address(mapper, node));
    party.contact = node.at("DefinedTradeContact").and_then(contact);
    Some(party)
}

fn contact(node: Node) -> Option<Contact> {
    let contact = Contact {
        name: text(node, "PersonName").or_else(|| text(node, "DepartmentName")),
        telephone: text(node, "TelephoneUniversalCommunication/CompleteNumber"),
        electronic_mail: text(node, "EmailURIUniversalCommunication/URIID"),
    };
    (contact != Contact::default()).then_some(contact)
}

fn address(mapper: &mut Mapper, node: Node) -> Option<Address> {
    let address = Address {
        street_name: text(node, "LineOne"),
        additional_street_name: text(node, "LineTwo"),
        address_line: text(node, "LineThree"),
        city_name: text(node, "CityName"),
        post_code: text(node, "PostcodeCode"),
        country_sub_division: text(node, "CountrySubDivisionName"),
        country: mapper.country_at(node, "CountryID"),
    };
    (address != Address::default()).then_some(address)
}

fn delivery(mapper: &mut Mapper, node: Node) -> Option<Delivery> {
    let place = node.at("ShipToTradeParty");
    let ids = place.into_iter().flat_map(|place| place.all("ID").chain(place.all("GlobalID")));
    let identifiers: Vec<_> = ids.filter_map(|id| identifier(mapper, id, Scheme::Assigned)).take(20).collect();
    let delivery = Delivery {
        delivery_date: mapper.optional_date(node.at("ActualDeliverySupplyChainEvent/OccurrenceDateTime").and_then(day)),
        name: place.and_then(|place| text(place, "Name")),
        identifiers,
        address: place.and_then(|place| place.at("PostalTradeAddress")).and_then(|node| address(mapper, node)),
    };
    (delivery != Delivery::default()).then_some(delivery)
}

/// A period, unless both ends are missing.
pub(super) fn period(mapper: &mut Mapper, node: Node) -> Option<Period> {
    let start_date = mapper.optional_date(node.at("StartDateTime").and_then(day));
    let end_date = mapper.optional_date(node.at("EndDateTime").and_then(day));
    (start_date.is_some() || end_date.is_some()).then_some(Period { start_date, end_date })
}

fn references(mapper: &mut Mapper, node: Node, name: &'static str) -> Vec<DocumentReference> {
    let mut reference = |node: Node| {
        Some(DocumentReference {
            identifier: text(node, "IssuerAssignedID")?,
            issue_date: mapper.optional_date(node.at("FormattedIssueDateTime").and_then(day)),
            type_code: text(node, "TypeCode"),
            description: text(node, "Name"),
            location: text(node, "URIID"),
        })
    };
    node.all(name).filter_map(&mut reference).take(1000).collect()
}

fn notes(header: Node) -> Vec<Note> {
    let notes = header
        .all("IncludedNote")
        .filter_map(|node| Some(Note { subject_code: text(node, "SubjectCode"), content: text(node, "Content")? }));
    notes.take(1000).collect()
}

fn payment_means(settlement: Node) -> Vec<PaymentMeans> {
    let account = |node: Node| {
        let account = node.at("PayeePartyCreditorFinancialAccount")?;
        Some(PaymentAccount {
            identifier: text(account, "IBANID").or_else(|| text(account, "ProprietaryID"))?,
            name: text(account, "AccountName"),
            bank_identifier: text(node, "PayeeSpecifiedCreditorFinancialInstitution/BICID"),
        })
    };
    let means = settlement.all("SpecifiedTradeSettlementPaymentMeans").filter_map(|node| {
        Some(PaymentMeans {
            type_code: text(node, "TypeCode")?,
            information: text(node, "Information"),
            account: account(node),
        })
    });
    means.take(50).collect()
}
