//! Lines, taxes, allowances and charges of CII.

use rust_decimal::Decimal;

use super::map::{Mapper, text};
use super::tree::Node;
use super::ubl_line::{nameless, numbered};
use super::{ImportError, cii};
use crate::document::{AllowanceCharge, InvoiceLine, Item, Price, Tax, TaxSubtotal};
use crate::money::Currency;

/// An `IncludedSupplyChainTradeLineItem`.
pub(super) fn line(mapper: &mut Mapper, node: Node, currency: Currency) -> Result<InvoiceLine, ImportError> {
    let missing = |name| ImportError::Missing { line: node.line(), path: node.path(), name };
    let document =
        node.at("AssociatedDocumentLineDocument").ok_or_else(|| missing("AssociatedDocumentLineDocument"))?;
    let settlement = node.at("SpecifiedLineTradeSettlement").ok_or_else(|| missing("SpecifiedLineTradeSettlement"))?;
    let agreement = node.at("SpecifiedLineTradeAgreement");
    let quantity = match node.at("SpecifiedLineTradeDelivery") {
        Some(delivery) => mapper.quantity(delivery, "BilledQuantity")?,
        None => None,
    };
    let total = "SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount";
    Ok(InvoiceLine {
        line_identifier: mapper.required(document, "LineID")?.text().unwrap_or_default().to_owned(),
        note: text(document, "IncludedNote/Content"),
        item: node.at("SpecifiedTradeProduct").map_or_else(nameless, |product| item(mapper, product)),
        billed_quantity: quantity,
        price: agreement.map_or(Ok(None), |agreement| price(mapper, agreement))?,
        allowance_charges: allowance_charges(mapper, settlement, currency)?,
        tax: settlement.at("ApplicableTradeTax").map_or(Ok(None), |tax| category(mapper, tax).map(Some))?,
        period: settlement.at("BillingSpecifiedPeriod").and_then(|period| cii::period(mapper, period)),
        order_line_reference: agreement.and_then(|node| text(node, "BuyerOrderReferencedDocument/LineID")),
        line_total_amount: mapper.required_amount(settlement, total, currency)?,
    })
}

fn item(mapper: &mut Mapper, node: Node) -> Item {
    let classifications = node.all("DesignatedProductClassification").flat_map(|class| class.all("ClassCode"));
    let description = text(node, "Description");
    let name = text(node, "Name").or_else(|| description.as_ref().map(|text| text.chars().take(500).collect()));
    Item {
        name: name.unwrap_or_else(|| nameless().name),
        description,
        seller_identifier: text(node, "SellerAssignedID"),
        buyer_identifier: text(node, "BuyerAssignedID"),
        standard_identifier: node.at("GlobalID").and_then(|id| numbered(id, "schemeID")),
        classifications: classifications.filter_map(|code| numbered(code, "listID")).take(50).collect(),
        origin_country: mapper.country_at(node, "OriginTradeCountry/ID"),
    }
}

fn price(mapper: &mut Mapper, agreement: Node) -> Result<Option<Price>, ImportError> {
    let Some(node) = agreement.at("NetPriceProductTradePrice") else { return Ok(None) };
    let Some(amount) = mapper.decimal_at(node, "ChargeAmount")? else { return Ok(None) };
    let gross = agreement.at("GrossPriceProductTradePrice");
    let gross_amount = gross.map_or(Ok(None), |gross| mapper.decimal_at(gross, "ChargeAmount"))?;
    let discount =
        gross.map_or(Ok(None), |gross| mapper.decimal_at(gross, "AppliedTradeAllowanceCharge/ActualAmount"))?;
    let mut base_quantity = mapper.quantity(node, "BasisQuantity")?;
    if let (None, Some(gross)) = (&base_quantity, gross) {
        base_quantity = mapper.quantity(gross, "BasisQuantity")?;
    }
    Ok(Some(Price {
        amount,
        gross_amount,
        discount_amount: discount,
        base_quantity: base_quantity.filter(|base| !base.value.is_zero()),
    }))
}

/// A tax category, under the names of a line and of an allowance alike.
fn category(mapper: &mut Mapper, node: Node) -> Result<Tax, ImportError> {
    Ok(Tax {
        type_code: text(node, "TypeCode").unwrap_or_else(|| "VAT".to_owned()),
        category_code: text(node, "CategoryCode"),
        rate_percent: mapper.decimal_at(node, "RateApplicablePercent")?,
    })
}

/// Allowances and charges of the document or of a line.
pub(super) fn allowance_charges(
    mapper: &mut Mapper,
    parent: Node,
    currency: Currency,
) -> Result<Vec<AllowanceCharge>, ImportError> {
    let mut found = Vec::new();
    for node in parent.all("SpecifiedTradeAllowanceCharge").take(1000) {
        let tax = node.at("CategoryTradeTax").map_or(Ok(None), |tax| category(mapper, tax).map(Some))?;
        found.push(AllowanceCharge {
            charge_indicator: matches!(node.text_at("ChargeIndicator/Indicator"), Some("true" | "1")),
            amount: mapper.required_amount(node, "ActualAmount", currency)?,
            basis_amount: mapper.amount_at(node, "BasisAmount", currency)?,
            percentage: mapper.decimal_at(node, "CalculationPercent")?,
            reason_code: text(node, "ReasonCode"),
            reason: text(node, "Reason"),
            tax,
        });
    }
    Ok(found)
}

/// The tax subtotals.
pub(super) fn tax_breakdown(
    mapper: &mut Mapper,
    settlement: Node,
    currency: Currency,
) -> Result<Vec<TaxSubtotal>, ImportError> {
    let mut found = Vec::new();
    for node in settlement.all("ApplicableTradeTax").take(100) {
        let tax = category(mapper, node)?;
        found.push(TaxSubtotal {
            type_code: tax.type_code,
            category_code: tax.category_code,
            rate_percent: tax.rate_percent,
            basis_amount: mapper.amount_at(node, "BasisAmount", currency)?,
            tax_amount: mapper.amount_at(node, "CalculatedAmount", currency)?.unwrap_or(Decimal::ZERO),
            exemption_reason: text(node, "ExemptionReason"),
            exemption_reason_code: text(node, "ExemptionReasonCode"),
        });
    }
    Ok(found)
}
