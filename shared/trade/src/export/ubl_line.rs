//! Amounts and lines of UBL.

use rust_decimal::Decimal;

use super::ubl::qualified;
use super::xml::Xml;
use crate::document::{AllowanceCharge, Invoice, InvoiceLine, Item, Period, Price, Quantity, Tax};
use crate::money::Currency;

/// Everything from the allowances to the last line.
pub(super) fn settlement(xml: &mut Xml, invoice: &Invoice, credit: bool) {
    let currency = invoice.invoice_currency_code;
    for item in &invoice.allowance_charges {
        allowance_charge(xml, item, currency);
    }
    let totals = &invoice.totals;
    if totals.tax_total_amount.is_some() || !invoice.tax_breakdown.is_empty() {
        let summed = || invoice.tax_breakdown.iter().map(|tax| tax.tax_amount).sum();
        xml.within("cac:TaxTotal", &[], |xml| {
            amount(xml, "cbc:TaxAmount", totals.tax_total_amount.unwrap_or_else(summed), currency);
            for subtotal in &invoice.tax_breakdown {
                xml.within("cac:TaxSubtotal", &[], |xml| {
                    option(xml, "cbc:TaxableAmount", subtotal.basis_amount, currency);
                    amount(xml, "cbc:TaxAmount", subtotal.tax_amount, currency);
                    xml.within("cac:TaxCategory", &[], |xml| {
                        xml.option("cbc:ID", subtotal.category_code.as_ref());
                        xml.option("cbc:Percent", subtotal.rate_percent);
                        xml.option("cbc:TaxExemptionReasonCode", subtotal.exemption_reason_code.as_ref());
                        xml.option("cbc:TaxExemptionReason", subtotal.exemption_reason.as_ref());
                        xml.within("cac:TaxScheme", &[], |xml| xml.leaf("cbc:ID", &[], &subtotal.type_code));
                    });
                });
            }
        });
    }
    xml.within("cac:LegalMonetaryTotal", &[], |xml| {
        option(xml, "cbc:LineExtensionAmount", totals.line_total_amount, currency);
        option(xml, "cbc:TaxExclusiveAmount", totals.tax_basis_total_amount, currency);
        amount(xml, "cbc:TaxInclusiveAmount", totals.grand_total_amount, currency);
        option(xml, "cbc:AllowanceTotalAmount", totals.allowance_total_amount, currency);
        option(xml, "cbc:ChargeTotalAmount", totals.charge_total_amount, currency);
        option(xml, "cbc:PrepaidAmount", totals.total_prepaid_amount, currency);
        option(xml, "cbc:PayableRoundingAmount", totals.rounding_amount, currency);
        amount(xml, "cbc:PayableAmount", totals.due_payable_amount, currency);
    });
    for item in &invoice.lines {
        line(xml, item, currency, credit);
    }
}

fn amount(xml: &mut Xml, name: &str, value: Decimal, currency: Currency) {
    xml.leaf(name, &[("currencyID", currency.as_str())], value);
}

fn option(xml: &mut Xml, name: &str, value: Option<Decimal>, currency: Currency) {
    if let Some(value) = value {
        amount(xml, name, value, currency);
    }
}

fn quantity(xml: &mut Xml, name: &str, quantity: &Quantity) {
    match &quantity.unit_code {
        Some(unit) => xml.leaf(name, &[("unitCode", unit)], quantity.value),
        None => xml.leaf(name, &[], quantity.value),
    }
}

pub(super) fn period(xml: &mut Xml, period: &Period) {
    xml.within("cac:InvoicePeriod", &[], |xml| {
        xml.option("cbc:StartDate", period.start_date);
        xml.option("cbc:EndDate", period.end_date);
    });
}

fn tax(xml: &mut Xml, name: &str, tax: &Tax) {
    xml.within(name, &[], |xml| {
        xml.option("cbc:ID", tax.category_code.as_ref());
        xml.option("cbc:Percent", tax.rate_percent);
        xml.within("cac:TaxScheme", &[], |xml| xml.leaf("cbc:ID", &[], &tax.type_code));
    });
}

fn allowance_charge(xml: &mut Xml, item: &AllowanceCharge, currency: Currency) {
    xml.within("cac:AllowanceCharge", &[], |xml| {
        xml.leaf("cbc:ChargeIndicator", &[], item.charge_indicator);
        xml.option("cbc:AllowanceChargeReasonCode", item.reason_code.as_ref());
        xml.option("cbc:AllowanceChargeReason", item.reason.as_ref());
        xml.option("cbc:MultiplierFactorNumeric", item.percentage);
        amount(xml, "cbc:Amount", item.amount, currency);
        option(xml, "cbc:BaseAmount", item.basis_amount, currency);
        if let Some(category) = &item.tax {
            tax(xml, "cac:TaxCategory", category);
        }
    });
}

fn line(xml: &mut Xml, line: &InvoiceLine, currency: Currency, credit: bool) {
    xml.within(if credit { "cac:CreditNoteLine" } else { "cac:InvoiceLine" }, &[], |xml| {
        xml.leaf("cbc:ID", &[], &line.line_identifier);
        xml.option("cbc:Note", line.note.as_ref());
        if let Some(billed) = &line.billed_quantity {
            quantity(xml, if credit { "cbc:CreditedQuantity" } else { "cbc:InvoicedQuantity" }, billed);
        }
        amount(xml, "cbc:LineExtensionAmount", line.line_total_amount, currency);
        if let Some(span) = &line.period {
            period(xml, span);
        }
        if let Some(reference) = &line.order_line_reference {
            xml.within("cac:OrderLineReference", &[], |xml| xml.leaf("cbc:LineID", &[], reference));
        }
        for item in &line.allowance_charges {
            allowance_charge(xml, item, currency);
        }
        item(xml, &line.item, line.tax.as_ref());
        if let Some(cost) = &line.price {
            price(xml, cost, currency);
        }
    });
}

fn item(xml: &mut Xml, item: &Item, category: Option<&Tax>) {
    let number = |xml: &mut Xml, name: &str, number: &Option<String>| {
        if let Some(number) = number {
            xml.within(name, &[], |xml| xml.leaf("cbc:ID", &[], number));
        }
    };
    xml.within("cac:Item", &[], |xml| {
        xml.option("cbc:Description", item.description.as_ref());
        xml.leaf("cbc:Name", &[], &item.name);
        number(xml, "cac:BuyersItemIdentification", &item.buyer_identifier);
        number(xml, "cac:SellersItemIdentification", &item.seller_identifier);
        if let Some(standard) = &item.standard_identifier {
            xml.within("cac:StandardItemIdentification", &[], |xml| qualified(xml, "cbc:ID", "schemeID", standard));
        }
        if let Some(country) = &item.origin_country {
            xml.within("cac:OriginCountry", &[], |xml| xml.leaf("cbc:IdentificationCode", &[], country));
        }
        for class in &item.classifications {
            xml.within("cac:CommodityClassification", &[], |xml| {
                qualified(xml, "cbc:ItemClassificationCode", "listID", class);
            });
        }
        if let Some(category) = category {
            tax(xml, "cac:ClassifiedTaxCategory", category);
        }
    });
}

fn price(xml: &mut Xml, price: &Price, currency: Currency) {
    xml.within("cac:Price", &[], |xml| {
        amount(xml, "cbc:PriceAmount", price.amount, currency);
        if let Some(base) = &price.base_quantity {
            quantity(xml, "cbc:BaseQuantity", base);
        }
        if let Some(discount) = price.discount_amount {
            xml.within("cac:AllowanceCharge", &[], |xml| {
                xml.leaf("cbc:ChargeIndicator", &[], false);
                amount(xml, "cbc:Amount", discount, currency);
                option(xml, "cbc:BaseAmount", price.gross_amount, currency);
            });
        }
    });
}
