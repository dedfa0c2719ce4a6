//! Lines, taxes, allowances and charges of UBL.

use rust_decimal::Decimal;

use super::map::{Mapper, text};
use super::party::scheme_of;
use super::tree::Node;
use super::{ImportError, ubl};
use crate::document::{AllowanceCharge, InvoiceLine, Item, Price, Tax, TaxSubtotal};
use crate::identifier::{Identifier, Scheme};
use crate::money::Currency;

/// An `InvoiceLine` or `CreditNoteLine`.
pub(super) fn line(mapper: &mut Mapper, node: Node, currency: Currency) -> Result<InvoiceLine, ImportError> {
    let line_identifier = mapper.required(node, "ID")?.text().unwrap_or_default().to_owned();
    let quantity = match mapper.quantity(node, "InvoicedQuantity")? {
        Some(quantity) => Some(quantity),
        None => mapper.quantity(node, "CreditedQuantity")?,
    };
    Ok(InvoiceLine {
        line_identifier,
        note: text(node, "Note"),
        item: item(mapper, node),
        billed_quantity: quantity,
        price: price(mapper, node)?,
        allowance_charges: allowance_charges(mapper, node, currency)?,
        tax: line_tax(mapper, node)?,
        period: node.at("InvoicePeriod").and_then(|period| ubl::period(mapper, period)),
        order_line_reference: text(node, "OrderLineReference/LineID"),
        line_total_amount: mapper.required_amount(node, "LineExtensionAmount", currency)?,
    })
}

fn item(mapper: &mut Mapper, line: Node) -> Item {
    let Some(node) = line.at("Item") else { return nameless() };
    let description = text(node, "Description");
    // UBL 2.0 profiles have a description only; EN 16931 has a name always.
    let name = text(node, "Name").or_else(|| description.as_ref().map(|text| text.chars().take(500).collect()));
    let description = description.filter(|description| Some(description) != name.as_ref());
    let classifications = node.all("CommodityClassification").flat_map(|class| class.all("ItemClassificationCode"));
    Item {
        name: name.unwrap_or_else(|| nameless().name),
        description,
        seller_identifier: text(node, "SellersItemIdentification/ID"),
        buyer_identifier: text(node, "BuyersItemIdentification/ID"),
        standard_identifier: node.at("StandardItemIdentification/ID").and_then(|id| numbered(id, "schemeID")),
        classifications: classifications.filter_map(|code| numbered(code, "listID")).take(50).collect(),
        origin_country: mapper.country_at(node, "OriginCountry/IdentificationCode"),
    }
}

/// An item that the document does not name.
pub(super) fn nameless() -> Item {
    Item {
        name: "-".to_owned(),
        description: None,
        seller_identifier: None,
        buyer_identifier: None,
        standard_identifier: None,
        classifications: Vec::new(),
        origin_country: None,
    }
}

/// A number or code with the scheme that an attribute names; goods numbers are not checked.
pub(super) fn numbered(node: Node, attribute: &str) -> Option<Identifier> {
    let scheme = match node.attribute(attribute).map(scheme_of) {
        Some(Scheme::Other(code)) => code,
        Some(scheme) => scheme.iso6523().unwrap_or("UNKNOWN").to_owned(),
        None => "UNKNOWN".to_owned(),
    };
    Identifier::new(Scheme::Other(scheme), node.text()?).ok()
}

fn price(mapper: &mut Mapper, line: Node) -> Result<Option<Price>, ImportError> {
    let Some(node) = line.at("Price") else { return Ok(None) };
    let Some(amount) = mapper.decimal_at(node, "PriceAmount")? else { return Ok(None) };
    Ok(Some(Price {
        amount,
        gross_amount: mapper.decimal_at(node, "AllowanceCharge/BaseAmount")?,
        discount_amount: mapper.decimal_at(node, "AllowanceCharge/Amount")?,
        base_quantity: mapper.quantity(node, "BaseQuantity")?.filter(|base| !base.value.is_zero()),
    }))
}

/// EN 16931 has the category at the item; national 2.0 profiles in the line's tax total.
fn line_tax(mapper: &mut Mapper, line: Node) -> Result<Option<Tax>, ImportError> {
    let node = line.at("Item/ClassifiedTaxCategory").or_else(|| line.at("TaxTotal/TaxSubtotal/TaxCategory"));
    node.map_or(Ok(None), |node| category(mapper, node).map(Some))
}

/// A tax category.
fn category(mapper: &mut Mapper, node: Node) -> Result<Tax, ImportError> {
    Ok(Tax {
        type_code: tax_type(node),
        category_code: text(node, "ID"),
        rate_percent: mapper.decimal_at(node, "Percent")?,
    })
}

/// The kind of tax: `VAT` unless the scheme says something else.
fn tax_type(category: Node) -> String {
    let id = text(category, "TaxScheme/ID");
    let code = text(category, "TaxScheme/TaxTypeCode").or(id);
    match code {
        Some(code) if !code.to_ascii_uppercase().contains("VAT") => code,
        _ => "VAT".to_owned(),
    }
}

/// Allowances and charges of the document or of a line.
pub(super) fn allowance_charges(
    mapper: &mut Mapper,
    parent: Node,
    currency: Currency,
) -> Result<Vec<AllowanceCharge>, ImportError> {
    let mut found = Vec::new();
    for node in parent.all("AllowanceCharge").take(1000) {
        let factor = mapper.decimal_at(node, "MultiplierFactorNumeric")?;
        let tax = node.at("TaxCategory").map_or(Ok(None), |tax| category(mapper, tax).map(Some))?;
        found.push(AllowanceCharge {
            charge_indicator: matches!(node.text_at("ChargeIndicator"), Some("true" | "1")),
            amount: mapper.required_amount(node, "Amount", currency)?,
            basis_amount: mapper.amount_at(node, "BaseAmount", currency)?,
            percentage: factor,
            reason_code: text(node, "AllowanceChargeReasonCode"),
            reason: text(node, "AllowanceChargeReason"),
            tax,
        });
    }
    Ok(found)
}

/// The tax subtotals in the document's currency.
pub(super) fn tax_breakdown(
    mapper: &mut Mapper,
    root: Node,
    currency: Currency,
) -> Result<Vec<TaxSubtotal>, ImportError> {
    let mut found = Vec::new();
    for node in root.all("TaxTotal").flat_map(|total| total.all("TaxSubtotal")).take(100) {
        let in_other =
            |amount: Node| amount.attribute("currencyID").is_some_and(|code| Currency::parse(code) != Ok(currency));
        let Some(amount) = node.at("TaxAmount").filter(|amount| !in_other(*amount)) else { continue };
        let category_node = node.at("TaxCategory");
        let tax = category_node.map_or(Ok(None), |tax| category(mapper, tax).map(Some))?;
        found.push(TaxSubtotal {
            type_code: tax.as_ref().map_or_else(|| "VAT".to_owned(), |tax| tax.type_code.clone()),
            category_code: tax.as_ref().and_then(|tax| tax.category_code.clone()),
            rate_percent: tax.and_then(|tax| tax.rate_percent),
            basis_amount: mapper.amount_at(node, "TaxableAmount", currency)?,
            tax_amount: mapper.amount(amount, currency)?.unwrap_or(Decimal::ZERO),
            exemption_reason: category_node.and_then(|tax| text(tax, "TaxExemptionReason")),
            exemption_reason_code: category_node.and_then(|tax| text(tax, "TaxExemptionReasonCode")),
        });
    }
    Ok(found)
}
